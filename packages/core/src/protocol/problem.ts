import { z } from 'zod'

/** RFC 9457 problem document: every error of the REST API. `errors` names the fields of a 422. */
export const Problem = z
	.object({
		type: z.string(),
		title: z.string(),
		status: z.number().int(),
		detail: z.string(),
		errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
		/** On the 409 of a twenty-first run: the ids of the caller's active sessions. */
		active: z.array(z.string()).optional(),
	})
	.meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
