import { z } from 'zod'

export const CompanionPlatform = z.enum(['windows', 'linux'])
export type CompanionPlatform = z.infer<typeof CompanionPlatform>

/** Empty where the companion was not built. */
export const CompanionDownloads = z
	.array(
		z.object({
			platform: CompanionPlatform,
			version: z.string(),
			size_bytes: z.number().int(),
			sha256: z.string(),
		}),
	)
	.meta({ id: 'CompanionDownloads' })
export type CompanionDownloads = z.infer<typeof CompanionDownloads>
