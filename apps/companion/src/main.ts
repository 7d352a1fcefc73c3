import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import manifest from '../package.json' with { type: 'json' }
import { readConfig, type Config } from './config.ts'
import { readPack } from './pack.ts'
import { openOutbox } from './report/outbox.ts'
import { simulateRun, type Simulated } from './simulate.ts'
import { openTerminal, type Terminal } from './terminal.ts'

const USAGE = `companion simulate --pack <zip or folder> [options]   plays the pack's run with a simulated game
  --config <file>     speedfog_race.toml of the run, where the pack holds none; - reads it from stdin
  --speed <number>    how many times faster than the clock the game runs (30)
  --seed <number>     the same number plays the same way (chosen and printed)
  --as <who>          companion, or mod: as the released mod speaks (companion)
  --outbox <folder>   keep what is not acknowledged there, over restarts (in memory)
  --quiet             print nothing but how it ended
companion --version`

const FINE = 0
const FAILED = 1
const MISUSED = 2
const PARENT_EVERY_MS = 1_000

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
	const call = readCall(args)
	if (typeof call === 'string') {
		console.error(call)
		return MISUSED
	}
	const { values, command } = call
	if (values.version) {
		console.log(manifest.version)
		return FINE
	}
	if (values.help || command === undefined) {
		console.log(USAGE)
		return values.help ? FINE : MISUSED
	}
	return simulate(values)
}

type Values = Exclude<ReturnType<typeof readCall>, string>['values']

function readCall(args: string[]) {
	try {
		const { values, positionals } = parseArgs({
			args,
			allowPositionals: true,
			options: {
				pack: { type: 'string' },
				config: { type: 'string' },
				speed: { type: 'string', default: '30' },
				seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
				as: { type: 'string', default: 'companion' },
				outbox: { type: 'string' },
				quiet: { type: 'boolean', default: false },
				version: { type: 'boolean', default: false },
				help: { type: 'boolean', short: 'h', default: false },
			},
		})
		const [command, more] = positionals
		if (more !== undefined || (command !== undefined && command !== 'simulate')) {
			return `There is no command "${positionals.join(' ')}".\n${USAGE}`
		}
		return { values, command }
	} catch (error) {
		return `${(error as Error).message}\n${USAGE}`
	}
}

async function simulate(values: Values): Promise<number> {
	const order = await readOrder(values)
	if (typeof order === 'string') {
		console.error(order)
		return MISUSED
	}
	const stop = new AbortController()
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
	if (values.config === '-') stopWithParent(stop)
	// Whoever read our output may be gone; the run goes on.
	process.stdout.on('error', () => {})

	const terminal = values.quiet ? silent : openTerminal(process.stdout, Date.now)
	terminal.say(`Simulated game ${order.seed} at ${order.speed} times the clock`)
	const { outbox: folder } = values
	const { config } = order
	const file = folder === undefined ? null : join(folder, `speedfog-outbox-${config.sessionId}.jsonl`)
	const ending = await simulateRun({
		...order,
		...(file === null ? {} : { outbox: openOutbox(file, terminal.say) }),
		version: manifest.version,
		signal: stop.signal,
		onView: terminal.show,
		log: terminal.say,
	})
	terminal.close()
	console.log(tellEnding(ending))
	return ending.end === 'refused' ? FAILED : FINE
}

type Order = { config: Config; graphJson: string; speed: number; seed: number; as: 'companion' | 'mod' }

/** What to play, or one sentence about what is wrong with the call. */
async function readOrder(values: Values): Promise<Order | string> {
	const speed = Number(values.speed)
	const seed = Number(values.seed)
	const { as } = values
	if (!(speed > 0 && speed <= 10_000)) return `--speed must be a number up to 10000, not ${values.speed}.`
	if (!Number.isSafeInteger(seed) || seed < 0) return `--seed must be a whole number, not ${values.seed}.`
	if (as !== 'companion' && as !== 'mod') return `--as must be companion or mod, not ${as}.`
	if (values.pack === undefined) return `--pack is missing.\n${USAGE}`

	const reading = await readPack(values.pack)
	if (!reading.ok) return reading.problem
	const { graphJson } = reading.pack
	if (graphJson === null) return `${values.pack} holds no graph.json.`
	const source = await readSource(values.config, reading.pack.config)
	if (source === null) return `${values.pack} holds no lib/speedfog_race.toml: name one with --config.`
	if (typeof source === 'string') return source
	const config = readConfig(source.text, source.file)
	return config.ok ? { config: config.config, graphJson, speed, seed, as } : config.problem
}

type Source = { text: string; file: string }

async function readSource(from: string | undefined, packed: Source | null): Promise<Source | string | null> {
	if (from === undefined) return packed
	if (from === '-') return { text: await text(process.stdin), file: 'stdin' }
	try {
		return { text: await readFile(from, 'utf8'), file: from }
	} catch (error) {
		return `${from} cannot be read: ${(error as Error).message}.`
	}
}

/** A program that started us has told so by giving the configuration on stdin: we do not outlive it. */
function stopWithParent(stop: AbortController) {
	const parent = process.ppid
	setInterval(() => process.ppid !== parent && stop.abort(), PARENT_EVERY_MS).unref()
}

function tellEnding(ending: Simulated): string {
	switch (ending.end) {
		case 'finished':
			return `Finished, with ${ending.route.deaths} deaths`
		case 'abandoned':
			return 'The run was abandoned: nothing more is reported'
		case 'refused':
			return `Stopped: ${ending.why}`
		case 'stopped':
			return 'Stopped'
	}
}

const silent: Terminal = { show() {}, say() {}, close() {} }
