import type { SeedGraph } from '../graph/seed-graph.ts'
import { apply, begin } from './run.ts'
import type { Fact, GameplayEvent, Run, RunEvent, Step, Tell } from './run-state.ts'

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never

/** A run played by a script. The wall clock never stays behind the game's, unless `jumpTo` says so after. */
export type Play = {
	readonly run: Run
	readonly atMs: number
	/** What was said since `hush`, in order. */
	readonly tells: readonly Tell[]
	readonly facts: readonly Fact[]
	readonly steps: readonly Step[]
	connect(): Play
	disconnect(): Play
	/** A disconnect and a connect. */
	reconnect(): Play
	status(igtMs: number, deaths?: number, seq?: number): Play
	flag(flagId: number, igtMs: number, seq?: number): Play
	/** A flag and the quiet after it, so that it is decided whether it had to wait or not. */
	pass(flagId: number, igtMs: number, seq?: number): Play
	query(query: { mapId?: string; graceEntityId?: number }): Play
	finished(igtMs: number): Play
	refused(seq: number): Play
	abandon(): Play
	/** Lets time pass; what is due is done. */
	wait(ms: number): Play
	/** Sets the wall clock, in ms since the session was made; timers do not notice. */
	jumpTo(ageMs: number): Play
	/** Forgets what was said so far. */
	hush(): Play
	/** Any event, at the present time. */
	send(event: Without<GameplayEvent, 'atMs'>): Play
}

const createdAtMs = Date.UTC(2026, 0, 1)

export function play(graph: SeedGraph, { simulated = false, run = undefined as Run | undefined } = {}): Play {
	let now = createdAtMs
	let tells: Tell[] = []
	const steps: Step[] = []
	let current = frozen(run ?? begin({ createdAtMs, simulated }))
	const happen = (event: RunEvent) => {
		const step = apply(graph, current, event)
		current = frozen(step.run)
		steps.push(step)
		tells.push(...step.tells)
		return script
	}
	const atIgt = (igtMs: number) => {
		script.wait(Math.max(0, createdAtMs + igtMs - now))
		return now
	}
	const script: Play = {
		get run() {
			return current
		},
		get atMs() {
			return now
		},
		get tells() {
			return tells
		},
		get facts() {
			return steps.flatMap((step) => step.facts)
		},
		get steps() {
			return steps
		},
		connect: () => happen({ type: 'connect', atMs: now }),
		disconnect: () => happen({ type: 'disconnect', atMs: now }),
		reconnect: () => script.disconnect().connect(),
		status: (igtMs, deaths = current.deaths, seq) =>
			happen({ type: 'status_update', atMs: atIgt(igtMs), igtMs, deaths, seq }),
		flag: (flagId, igtMs, seq) => happen({ type: 'event_flag', atMs: atIgt(igtMs), flagId, igtMs, seq }),
		pass: (flagId, igtMs, seq) => script.flag(flagId, igtMs, seq).wait(250),
		query: (query) => happen({ type: 'zone_query', atMs: now, ...query }),
		finished: (igtMs) => happen({ type: 'finished', atMs: atIgt(igtMs), igtMs }),
		refused: (seq) => happen({ type: 'refused', atMs: now, seq }),
		abandon: () => happen({ type: 'abandon', atMs: now }),
		wait(ms) {
			const until = now + ms
			for (let due = steps.at(-1)?.wakeAtMs ?? null; due !== null && due <= until;) {
				now = Math.max(now, due)
				happen({ type: 'wake', atMs: now })
				due = steps.at(-1)?.wakeAtMs ?? null
			}
			now = until
			return script
		},
		jumpTo(ageMs) {
			now = createdAtMs + ageMs
			return script
		},
		hush() {
			tells = []
			return script
		},
		send: (event) => happen({ ...event, atMs: now } as GameplayEvent),
	}
	return script
}

/** What was said, in words that a test can list: `mod zone_update abbey`. */
export function inWords(tells: readonly Tell[]): string[] {
	return tells.map((tell) => {
		const detail = detailOf(tell)
		return `${tell.to} ${tell.type} ${detail}`.trimEnd()
	})
}

function detailOf(tell: Tell): string | number {
	if ('nodeId' in tell) return tell.nodeId
	if ('message' in tell) return tell.message
	if ('seq' in tell) return tell.seq
	if ('flagId' in tell) return tell.flagId
	return 'visitsChanged' in tell && tell.visitsChanged ? 'with visits' : ''
}

/** Makes any change in place throw, also of maps and sets: a step must leave the run before it as it was. */
function frozen<T>(value: T): T {
	if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
	if (value instanceof Map || value instanceof Set) {
		const refuse = () => {
			throw new Error('A run was changed in place')
		}
		for (const name of ['set', 'add', 'delete', 'clear'])
			Object.defineProperty(value, name, { value: refuse })
	} else {
		for (const part of Object.values(value)) frozen(part)
	}
	return Object.freeze(value)
}
