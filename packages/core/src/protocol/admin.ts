import { z } from 'zod'

const count = z.number().int()

const PoolScan = z.object({
	added: count,
	skipped: count,
	/** Told again by each scan until somebody mends or removes the file. */
	rejected: z.array(z.object({ file: z.string(), reason: z.string() })),
})

/** The scan that runs, or the last one since the server started; files by pool so far. */
export const ScanState = z
	.object({
		state: z.enum(['idle', 'running', 'done', 'failed']),
		/** Files looked at, and files there are. */
		done: count,
		total: count,
		pools: z.record(z.string(), PoolScan),
	})
	.meta({ id: 'ScanState' })
export type ScanState = z.infer<typeof ScanState>

/** Seeds by pool; vanished ones are known, but their file is not there or cannot be read any more. */
export const SeedStats = z
	.object({
		pools: z.record(
			z.string(),
			z.object({ available: count, consumed: count, discarded: count, vanished: count }),
		),
	})
	.meta({ id: 'SeedStats' })
export type SeedStats = z.infer<typeof SeedStats>

export const DiscardSeeds = z.object({ pool_name: z.string().min(1).max(100) }).meta({ id: 'DiscardSeeds' })
export const Discarded = z.object({ discarded: count }).meta({ id: 'Discarded' })
