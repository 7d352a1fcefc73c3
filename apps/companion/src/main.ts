import './lean.ts'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { once } from 'node:events'
import { isSea } from 'node:sea'
import manifest from '../package.json' with { type: 'json' }
import { systemClock } from './clock.ts'
import type { Ending } from './companion.ts'
import { diagnose } from './game/diagnose.ts'
import { readRecording, replay } from './game/recording.ts'
import { openSystem } from './game/system.ts'
import { readOrder, USAGE, type Simulation, type Watching } from './order.ts'
import { lock } from './report/lock.ts'
import { openOutbox, type Outbox } from './report/outbox.ts'
import { simulateRun } from './simulate.ts'
import { openScreens } from './screens.ts'
import { watchRun, type WatchOptions } from './watch.ts'

const FINE = 0
const FAILED = 1
const MISUSED = 2
/** Started by a double click: its window closes with it, and with the window what it had to say. */
const isOwnWindow =
	isSea() && process.platform === 'win32' && process.argv.length === 2 && process.stdin.isTTY
const PARENT_EVERY_MS = 1_000
/** Whoever started us, before he can have gone. */
const parent = process.ppid

void main().then(async (code) => {
	process.exitCode = code
	if (isOwnWindow) await waitForEnter()
	// Listened to, it would keep this process.
	if (process.connected) process.disconnect()
})

async function main(): Promise<number> {
	const places = [process.cwd(), dirname(process.execPath)]
	const order = await readOrder(process.argv.slice(2), places)
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
		case 'diagnose':
			return tellDiagnosis()
		case 'watch':
			return watch(order)
		case 'simulate':
			return simulate(order)
	}
}

async function waitForEnter() {
	tell('Press Enter to close.')
	await once(process.stdin.resume(), 'data')
	process.stdin.pause()
}

async function tellDiagnosis(): Promise<number> {
	tell(`Companion ${manifest.version}, ${process.platform} ${process.arch}, Node ${process.version}`)
	const system = await openSystem()
	const { found, lines } = system ? await diagnose(system) : { found: false, lines: [NO_SYSTEM] }
	for (const line of lines) tell(line)
	return found ? FINE : FAILED
}

async function watch(order: Watching): Promise<number> {
	const source = await openSource(order.replayFrom)
	if (typeof source === 'string') {
		complain(source)
		return MISUSED
	}
	let warn = complain
	const outbox = await openOrComplain(order.outboxFolder, order.config.sessionId, (trouble) => warn(trouble))
	if (!outbox) return MISUSED
	const screens = await openScreens({ ...order, logFolder: order.outboxFolder })
	// A player looks at the game and not at a terminal.
	if (!order.quiet) warn = screens.say
	screens.note(`Companion ${manifest.version} on ${process.platform}`)
	const recording = order.recordTo === null ? null : createWriteStream(order.recordTo)
	recording?.on('error', (error) => screens.say(`${order.recordTo} cannot be written: ${error.message}`))
	const ending = await watchRun({
		config: order.config,
		source,
		outbox,
		clock: systemClock,
		random: Math.random,
		version: manifest.version,
		signal: stopOnSignals().signal,
		onView: screens.view,
		say: screens.say,
		note: screens.note,
		recordTo: recording ? (line) => recording.write(`${line}\n`) : undefined,
	})
	screens.note(sentenceOf(ending))
	screens.close()
	recording?.end()
	outbox.close()
	return tellEnding(ending)
}

/** What is watched: a real game, or a recording of one. A text is a problem. */
async function openSource(replayFrom: string | null): Promise<WatchOptions['source'] | string> {
	if (replayFrom === null) {
		const system = await openSystem()
		return system ? { system } : NO_SYSTEM
	}
	try {
		const recording = readRecording(readFileSync(replayFrom, 'utf8'))
		return recording.ok ? { game: replay(recording.readings) } : `${replayFrom}: ${recording.problem}`
	} catch (error) {
		return `${replayFrom} cannot be read: ${(error as Error).message}.`
	}
}

const NO_SYSTEM = 'The companion reads the game on Windows and on Linux, nowhere else.'

async function simulate(order: Simulation): Promise<number> {
	const { outboxFolder, config, seed, speed } = order
	const outbox = outboxFolder === null ? undefined : await openOrComplain(outboxFolder, config.sessionId)
	if (outbox === null) return MISUSED
	const stop = stopOnSignals()
	if (order.isStarted) stopWithParent(stop)

	const screens = await openScreens(order)
	screens.say(`Simulated game ${seed} at ${speed} times the clock`)
	const ending = await simulateRun({
		...order,
		...(outbox && { outbox }),
		version: manifest.version,
		signal: stop.signal,
		onView: screens.view,
		log: screens.say,
	})
	screens.close()
	outbox?.close()
	return tellEnding(ending, ending.route.deaths)
}

async function openOrComplain(folder: string, sessionId: string, warn = complain): Promise<Outbox | null> {
	const file = join(folder, `speedfog-outbox-${sessionId}.jsonl`)
	try {
		mkdirSync(folder, { recursive: true })
		if (await lock(file)) return openOutbox(file, warn)
		complain('Another companion already reports this run: this one is not needed.')
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException
		complain(
			`${folder} cannot be written (${code ?? message}): unpack the pack where you may write, or name a folder with --outbox.`,
		)
	}
	return null
}

function stopOnSignals(): AbortController {
	const stop = new AbortController()
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
	// Whoever read our output may be gone; the run goes on.
	process.stdout.on('error', () => {})
	return stop
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

/** Says how it ended; the answer is the program's own. */
function tellEnding(ending: Ending, deaths?: number): number {
	const say = ending.end === 'refused' ? complain : tell
	say(sentenceOf(ending, deaths))
	return ending.end === 'refused' ? FAILED : FINE
}

function sentenceOf(ending: Ending, deaths?: number): string {
	switch (ending.end) {
		case 'finished':
			return deaths === undefined ? 'Finished: nothing more is reported' : `Finished, with ${deaths} deaths`
		case 'abandoned':
			return 'The run was abandoned: nothing more is reported'
		case 'refused':
			return `Stopped: ${ending.why}`
		case 'stopped':
			return 'Stopped'
	}
}
