import type { EntryGenerator } from './$types'

/** One page is built for all runs; its script sees which one is asked for. */
export const entries: EntryGenerator = () => [{ id: '_' }]
