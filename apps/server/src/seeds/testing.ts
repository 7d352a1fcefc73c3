import { join } from 'node:path'

/** Seeds of the real generator, where somebody put them beside the project; they are not ours to keep. */
export const realSeeds = join(import.meta.dirname, '../../../../../shared/seeds')
