import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { readConfig, type Config } from './config.ts'
import { readSeedMap } from './game/seed-map.ts'
import { USUAL_PORT } from './overlay/serve.ts'
import { readPack } from './pack.ts'
import type { Manner } from './report/courier.ts'

/** What the command line asks for. */
export type Order =
	| { do: 'tell_version' }
	| { do: 'tell_usage' }
	| { do: 'diagnose' }
	| ({ do: 'watch' } & Watching)
	| ({ do: 'simulate' } & Simulation)
	/** A sentence, perhaps with the usage below. */
	| { do: 'complain'; problem: string }

export type Watching = {
	config: Config
	outboxFolder: string
	/** Files to write what the game shows to, or to take it from instead of a game. */
	recordTo: string | null
	replayFrom: string | null
	quiet: boolean
	port: number
	/** Of the overlay, above the game; only on Windows. */
	hasWindow: boolean
}

export type Simulation = {
	config: Config
	graphJson: string
	speed: number
	seed: number
	as: Manner
	outboxFolder: string | null
	quiet: boolean
	port: number
	/** Of the overlay, above the game; only on Windows. */
	hasWindow: boolean
	/** A program gave us the configuration: it started us, and we do not outlive it. */
	isStarted: boolean
}

export const USAGE = `companion [options]                                      watches the game and reports the run of the pack it lies in
  --pack <zip or folder>, --config <file>   another run
  --record <file>     write down what the game shows
  --replay <file>     take what the game shows from there
companion --diagnose                                     tells what is found in the running game, for a bug report
companion simulate --pack <zip or folder> [options]   plays the pack's run with a simulated game
  --config <file>     speedfog_race.toml of the run, where the pack holds none; - reads it from stdin
  --speed <number>    how many times faster than the clock the game runs (30)
  --seed <number>     the same number plays the same way (chosen and printed)
  --as <who>          companion, or mod: as the released mod speaks (companion)
  --outbox <folder>   keep what is not acknowledged there, over restarts (in memory)
both:
  --port <number>     of the overlay's page on this machine (8777)
  --no-window         on Windows: no overlay above the game (F9 hides and shows it)
  --quiet             show nothing but how it ended
companion --version`

const FASTEST = 10_000
const SEEDS = 1_000_000

/** `places` are folders that may be a pack's, or the one inside it that holds the run. */
export async function readOrder(args: string[], places: readonly string[] = []): Promise<Order> {
	let values: Values
	let command: string
	try {
		const parsed = parseArgs({ args, options, allowPositionals: true })
		values = parsed.values
		if (values.version) return { do: 'tell_version' }
		if (values.help) return { do: 'tell_usage' }
		if (values.diagnose) return { do: 'diagnose' }
		command = parsed.positionals.join(' ')
		if (command !== 'simulate' && command !== '') return complain(`There is no command "${command}".`)
	} catch (error) {
		return complain((error as Error).message)
	}
	if (command === '') {
		const watching = await readWatching(values, places)
		return typeof watching === 'string' ? { do: 'complain', problem: watching } : { do: 'watch', ...watching }
	}
	const simulation = await readSimulation(values)
	return typeof simulation === 'string'
		? { do: 'complain', problem: simulation }
		: { do: 'simulate', ...simulation }
}

function complain(problem: string): Order {
	return { do: 'complain', problem: `${problem}\n${USAGE}` }
}

const options = {
	pack: { type: 'string' },
	config: { type: 'string' },
	speed: { type: 'string', default: '30' },
	seed: { type: 'string' },
	as: { type: 'string', default: 'companion' },
	outbox: { type: 'string' },
	record: { type: 'string' },
	replay: { type: 'string' },
	diagnose: { type: 'boolean', default: false },
	port: { type: 'string', default: String(USUAL_PORT) },
	'no-window': { type: 'boolean', default: false },
	quiet: { type: 'boolean', default: false },
	version: { type: 'boolean', default: false },
	help: { type: 'boolean', short: 'h', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values']

async function readSimulation(values: Values): Promise<Simulation | string> {
	const { pack: path, as, config: from, quiet } = values
	const speed = Number(values.speed)
	const seed = Number(values.seed ?? Math.floor(Math.random() * SEEDS))
	if (!(speed > 0 && speed <= FASTEST))
		return `--speed must be a number up to ${FASTEST}, not ${values.speed}.`
	if (!Number.isSafeInteger(seed) || seed < 0) return `--seed must be a whole number, not ${values.seed}.`
	const port = readPort(values.port)
	if (typeof port === 'string') return port
	if (as !== 'companion' && as !== 'mod') return `--as must be companion or mod, not ${as}.`
	if (path === undefined) return `--pack is missing.\n${USAGE}`

	const reading = await readPack(path)
	if (!reading.ok) return reading.problem
	const { graphJson } = reading.pack
	if (graphJson === null) return `${path} holds no graph.json.`
	const map = readSeedMap(graphJson)
	if (!map.ok) return `${path}: ${map.problem}.`

	const source = from === undefined ? reading.pack.config : await readSource(from)
	if (source === null) return `${path} holds no lib/speedfog_race.toml: name one with --config.`
	if (typeof source === 'string') return source
	const config = readConfig(source.text, source.file)
	if (!config.ok) return config.problem
	return {
		config: config.config,
		graphJson,
		speed,
		seed,
		as,
		outboxFolder: values.outbox ?? null,
		quiet,
		port,
		hasWindow: !values['no-window'],
		isStarted: from === '-',
	}
}

async function readWatching(values: Values, places: readonly string[]): Promise<Watching | string> {
	const port = readPort(values.port)
	if (typeof port === 'string') return port
	const source = await findRun(values, places)
	if (typeof source === 'string') return source
	const config = readConfig(source.text, source.file)
	if (!config.ok) return config.problem
	return {
		config: config.config,
		outboxFolder: values.outbox ?? source.folder,
		recordTo: values.record ?? null,
		replayFrom: values.replay ?? null,
		quiet: values.quiet,
		port,
		hasWindow: !values['no-window'],
	}
}

function readPort(text: string): number | string {
	const port = Number(text)
	if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
	return `--port must be a number up to 65535, not ${text}.`
}

type Source = { text: string; file: string }

/** The run's configuration, and the folder where what is not told yet may be kept. */
async function findRun(
	{ pack, config: from }: Values,
	places: readonly string[],
): Promise<(Source & { folder: string }) | string> {
	if (from !== undefined) {
		const source = await readSource(from)
		return typeof source === 'string' ? source : { ...source, folder: dirname(from) }
	}
	if (pack !== undefined) {
		const reading = await readPack(pack)
		if (!reading.ok) return reading.problem
		const { config } = reading.pack
		if (!config) return `${pack} holds no lib/speedfog_race.toml: name one with --config.`
		// In a zip there is no room.
		return { ...config, folder: dirname(existsSync(config.file) ? config.file : pack) }
	}
	const file = places
		.flatMap((place) => [join(place, CONFIG), join(place, 'lib', CONFIG)])
		.find((path) => existsSync(path))
	if (file === undefined) {
		return `No run was found here: start the companion in an unpacked pack, or name one.\n${USAGE}`
	}
	const source = await readSource(file)
	return typeof source === 'string' ? source : { ...source, folder: dirname(file) }
}

const CONFIG = 'speedfog_race.toml'

async function readSource(from: string): Promise<Source | string> {
	if (from === '-') return { text: await text(process.stdin), file: 'stdin' }
	try {
		return { text: await readFile(from, 'utf8'), file: from }
	} catch (error) {
		return `${from} cannot be read: ${(error as Error).message}.`
	}
}
