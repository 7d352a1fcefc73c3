// @ts-check
import { fileURLToPath } from 'node:url'

/** The folder of the whole project; every path below is relative to it. */
export const root = fileURLToPath(new URL('../..', import.meta.url))
