export type Edge = { from: string; to: string }
