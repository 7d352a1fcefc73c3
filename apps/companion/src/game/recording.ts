import { z } from 'zod'
import type { Game, Reading, Snapshot } from '../snapshot.ts'

/** Takes one line of a recording, without its end. */
export type Sink = (line: string) => void

export type ReadRecording = { ok: true; readings: readonly Reading[] } | { ok: false; problem: string }

/**
 * A game whose readings are written down as they are polled, one line each. A line holds what differs from the
 * line before, so that an hour takes a few megabytes.
 */
export function record(game: Game, sink: Sink): Game {
	let last: Reading = { state: 'read', snapshot: nothing }
	return {
		watch: (flags) => game.watch(flags),
		read() {
			const reading = game.read()
			sink(JSON.stringify(toLine(last, reading)))
			last = reading
			return reading
		},
		close: () => game.close(),
	}
}

/** A game that shows what was recorded, a line at each poll, and is over after that. */
export function replay(readings: readonly Reading[]): Game {
	let next = 0
	return {
		watch() {},
		read: () => readings[next++] ?? { state: 'waiting', waitingFor: 'nothing: the recording is over' },
		close() {
			next = readings.length
		},
	}
}

/** Reads the text of a recording; a problem is one sentence that names the line. */
export function readRecording(text: string): ReadRecording {
	const readings: Reading[] = []
	let last: Snapshot = nothing
	const lines = text.split('\n')
	if (lines.at(-1) === '') lines.pop()
	for (const [index, line] of lines.entries()) {
		const change = Line.safeParse(parse(line))
		// A recording whose end was cut off by a crash is still one.
		if (!change.success && index === lines.length - 1 && index > 0) break
		if (!change.success) return { ok: false, problem: `Line ${index + 1} of the recording is none.` }
		if ('waitingFor' in change.data) {
			readings.push({ state: 'waiting', waitingFor: change.data.waitingFor })
			last = nothing
		} else {
			last = apply(last, change.data)
			readings.push({ state: 'read', snapshot: last })
		}
	}
	return { ok: true, readings }
}

const Figure = z.number().nullable().optional()
const Flags = z.array(z.int()).optional()

const Line = z.union([
	z.strictObject({ waitingFor: z.string() }),
	z.strictObject({
		igtMs: Figure,
		deaths: Figure,
		screen: z.enum(['in_game', 'loading', 'title']).nullable().optional(),
		playerPresent: z.boolean().nullable().optional(),
		character: z
			.object({ name: z.string(), slot: z.number().nullable(), newGamePlus: z.number() })
			.nullable()
			.optional(),
		mapId: z.string().nullable().optional(),
		position: z.tuple([z.number(), z.number(), z.number()]).nullable().optional(),
		playRegionId: Figure,
		/** Flags that are set now, and those that are no more, or cannot be read any more. */
		set: Flags,
		clear: Flags,
		unknown: Flags,
	}),
])

type Line = z.infer<typeof Line>
type Change = Exclude<Line, { waitingFor: string }>

function toLine(last: Reading, reading: Reading): Line {
	if (reading.state === 'waiting') return { waitingFor: reading.waitingFor }
	const before = last.state === 'read' ? last.snapshot : nothing
	const { flags, ...figures } = reading.snapshot
	const changes = Object.entries(figures).filter(
		([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof typeof figures]),
	)
	return { ...(Object.fromEntries(changes) as Change), ...compareFlags(before.flags, flags) }
}

function compareFlags(before: Snapshot['flags'], flags: Snapshot['flags']): Change {
	if (flags === before) return {}
	const changed = [...flags].filter(([flag, isSet]) => before.get(flag) !== isSet)
	const set = changed.flatMap(([flag, isSet]) => (isSet ? [flag] : []))
	const clear = changed.flatMap(([flag, isSet]) => (isSet ? [] : [flag]))
	const unknown = [...before.keys()].filter((flag) => !flags.has(flag))
	return {
		...(set.length > 0 ? { set } : {}),
		...(clear.length > 0 ? { clear } : {}),
		...(unknown.length > 0 ? { unknown } : {}),
	}
}

function apply(last: Snapshot, { set = [], clear = [], unknown = [], ...figures }: Change): Snapshot {
	const snapshot = { ...last, ...(figures as Partial<Snapshot>) }
	// While none changes it stays the same map, as in the game.
	if (set.length + clear.length + unknown.length === 0) return snapshot
	const flags = new Map(last.flags)
	for (const flag of unknown) flags.delete(flag)
	for (const flag of set) flags.set(flag, true)
	for (const flag of clear) flags.set(flag, false)
	return { ...snapshot, flags }
}

function parse(line: string): unknown {
	try {
		return JSON.parse(line)
	} catch {
		return null
	}
}

const nothing: Snapshot = {
	igtMs: null,
	deaths: null,
	screen: null,
	playerPresent: null,
	character: null,
	mapId: null,
	position: null,
	playRegionId: null,
	flags: new Map(),
}
