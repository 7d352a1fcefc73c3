import { z } from 'zod'
import { version } from '../../package.json'
import type { App } from './fastify.ts'
import { HttpError } from './problem.ts'

/** A part the server cannot do without: its name for people, and a question that fails when it is away. */
export type Part = { name: string; ask: () => Promise<unknown> }

const PATIENCE_MS = 2_000

export function health(app: App, { parts, isStopping }: { parts: Part[]; isStopping: () => boolean }): void {
	const answers = { response: { 200: z.object({ status: z.literal('ok'), version: z.string() }) } }

	app.get(
		'/health',
		{ config: { access: 'all' }, schema: { summary: 'Whether the process lives', ...answers } },
		async () => ({ status: 'ok' as const, version }),
	)

	app.get(
		'/ready',
		{ config: { access: 'all' }, schema: { summary: 'Whether it can serve', ...answers } },
		async () => {
			if (isStopping()) throw away('The server is stopping.')
			for (const { name, ask } of parts)
				if (!(await answersInTime(ask))) throw away(`The ${name} does not answer.`)
			return { status: 'ok' as const, version }
		},
	)
}

function away(detail: string): HttpError {
	return new HttpError(503, detail, { headers: { 'retry-after': '5' } })
}

async function answersInTime(ask: Part['ask']): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined
	const patience = new Promise<boolean>((resolve) => {
		timer = setTimeout(() => resolve(false), PATIENCE_MS)
	})
	const answer = ask().then(
		() => true,
		() => false,
	)
	const answered = await Promise.race([answer, patience])
	clearTimeout(timer)
	return answered
}
