import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { readOrder, USAGE, type Simulation } from './order.ts'
import { openOutbox, type Outbox } from './report/outbox.ts'
import { simulateRun, type Simulated } from './simulate.ts'
import { openTerminal, type Terminal } from './terminal.ts'

const FINE = 0
const FAILED = 1
const MISUSED = 2
const PARENT_EVERY_MS = 1_000
/** Whoever started us, before he can have gone. */
const parent = process.ppid
const silent: Terminal = { show() {}, say() {}, close() {} }

process.exitCode = await main()
// Listened to, it would keep this process.
if (process.connected) process.disconnect()

async function main(): Promise<number> {
	const order = await readOrder(process.argv.slice(2))
	switch (order.do) {
		case 'tell_version':
			tell(manifest.version)
			return FINE
		case 'tell_usage':
			tell(USAGE)
			return FINE
		case 'complain':
			complain(order.problem)
			return MISUSED
		case 'simulate':
			return simulate(order)
	}
}

async function simulate(order: Simulation): Promise<number> {
	const { outboxFolder, config, seed, speed } = order
	let outbox: Outbox | undefined
	try {
		outbox = outboxFolder === null ? undefined : openIn(outboxFolder, config.sessionId)
	} catch (error) {
		complain(`--outbox ${outboxFolder} cannot be used: ${(error as Error).message}.`)
		return MISUSED
	}
	const stop = new AbortController()
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
	if (order.isStarted) stopWithParent(stop)
	// Whoever read our output may be gone; the run goes on.
	process.stdout.on('error', () => {})

	const terminal = order.quiet ? silent : openTerminal(process.stdout, Date.now)
	terminal.say(`Simulated game ${seed} at ${speed} times the clock`)
	const ending = await simulateRun({
		...order,
		...(outbox && { outbox }),
		version: manifest.version,
		signal: stop.signal,
		onView: terminal.show,
		log: terminal.say,
	})
	terminal.close()
	outbox?.close()
	if (ending.end === 'refused') {
		complain(`Stopped: ${ending.why}`)
		return FAILED
	}
	tell(tellEnding(ending))
	return FINE
}

function openIn(folder: string, sessionId: string): Outbox {
	mkdirSync(folder, { recursive: true })
	return openOutbox(join(folder, `speedfog-outbox-${sessionId}.jsonl`), complain)
}

function tell(sentence: string) {
	process.stdout.write(`${sentence}\n`)
}

function complain(sentence: string) {
	process.stderr.write(`${sentence}\n`)
}

/** The parent is gone when the channel to it closes, or else when we have another one. */
function stopWithParent(stop: AbortController) {
	process.once('disconnect', () => stop.abort())
	setInterval(() => process.ppid !== parent && stop.abort(), PARENT_EVERY_MS).unref()
}

function tellEnding(ending: Simulated): string {
	switch (ending.end) {
		case 'finished':
			return `Finished, with ${ending.route.deaths} deaths`
		case 'abandoned':
			return 'The run was abandoned: nothing more is reported'
		case 'refused':
		case 'stopped':
			return 'Stopped'
	}
}
