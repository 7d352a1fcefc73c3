import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Stage } from '../stage.ts'
import type { Given } from './bare-server.ts'

export type Reference = { pid: number; url: string; httpUrl: string; stop(): void }

const NO_LENGTHS = { figures: [], zones: [] }

/** A process that does the least: see there. */
export async function startBareServer(
	stage: Stage,
	{ lengths = NO_LENGTHS, file }: Partial<Given> = {},
	nodeArgs: string[] = [],
): Promise<Reference> {
	const child = stage.begin('reference/bare-server.ts', nodeArgs)
	const { port } = await answer<{ port: number }>(child)
	child.send({ lengths, file })
	await answer(child)
	const at = `127.0.0.1:${port}`
	return { pid: child.pid!, url: `ws://${at}`, httpUrl: `http://${at}`, stop: () => child.disconnect() }
}

async function answer<Answer>(child: ChildProcess): Promise<Answer> {
	const [message] = (await once(child, 'message')) as [Answer]
	return message
}
