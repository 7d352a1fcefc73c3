import { z } from 'zod'

export const CompanionPlatform = z.enum(['windows', 'linux'])
export type CompanionPlatform = z.infer<typeof CompanionPlatform>

/** Empty where the companion was not built. */
export const CompanionDownloads = z
	.object({
		downloads: z.array(
			z.object({
				platform: CompanionPlatform,
				file_name: z.string(),
				size_bytes: z.number().int(),
				version: z.string(),
				/** On this server. */
				url: z.string(),
			}),
		),
	})
	.meta({ id: 'CompanionDownloads' })
export type CompanionDownloads = z.infer<typeof CompanionDownloads>
