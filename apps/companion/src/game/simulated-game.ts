import type { Game, Reading, Snapshot } from '../snapshot.ts'
import { POLL_MS } from '../snapshot.ts'
import { planRun, usualHabits, type Act, type Habits } from './plan.ts'
import { between, createRandom, type Random } from './random.ts'
import type { SeedMap } from './seed-map.ts'

/** What was played: what a server that was told of all of it must show. */
export type Route = {
	/** In order; a resumed run begins with the stay that the server knew already. */
	visits: Visit[]
	deaths: number
	/** Null as long as the last boss lives. */
	finishIgtMs: number | null
}

export type Visit = {
	nodeId: string
	/** Null for the start and for moves that no gate told of. */
	flagId: number | null
	igtMs: number
	deaths: number
}

/** Where a run stands that is to be played on. */
export type Standing = {
	/** Null for a run that has not begun. */
	node: string | null
	found: readonly string[]
	igtMs: number
	deaths: number
}

/** A game that plays itself. Each poll is a tenth of a second of its time, however fast polls come. */
export type SimulatedGame = Game & { begin(standing: Standing): void; route(): Route }

export type SimulatedGameOptions = { seed: number; habits?: Partial<Habits> | undefined }

export function createSimulatedGame(map: SeedMap, { seed, habits }: SimulatedGameOptions): SimulatedGame {
	const route: Route = { visits: [], deaths: 0, finishIgtMs: null }
	let life: Iterator<Snapshot> | undefined
	return {
		begin(standing) {
			const random = createRandom(seed)
			const node = standing.node ?? map.graph.startNode
			const where = { node, found: new Set(standing.found) }
			const acts = planRun(map, where, random, { ...usualHabits, ...habits })
			life = live(map, acts, { ...standing, node }, random, route)
		},
		watch() {},
		read(): Reading {
			const next = life?.next()
			if (!next || next.done) return { state: 'waiting', waitingFor: 'the simulated game' }
			return { state: 'read', snapshot: next.value }
		},
		close() {
			life = undefined
		},
		route: () => route,
	}
}

/** Flags whose thousands digit is 2 are cleared by the game at the next loading screen, others are saved. */
function isTemporary(flag: number): boolean {
	return Math.floor(flag / 1_000) % 10 === 2
}

/** A map that no seed has, for places whose map the seed does not tell. */
const NOWHERE = 'm99_99_99_99'

/** One snapshot a poll, without end: after the last boss the credits. */
function* live(
	map: SeedMap,
	acts: readonly Act[],
	from: Standing & { node: string },
	random: Random,
	route: Route,
): Generator<Snapshot> {
	let here = from.node
	let { igtMs, deaths } = from
	let flags: ReadonlyMap<number, boolean> = new Map(map.graph.eventIds.map((flag) => [flag, false]))
	const character = { name: 'Simulated', slot: 0, newGamePlus: 0 }
	const isNew = from.found.length === 0
	route.visits = [{ nodeId: here, flagId: null, igtMs: isNew ? 0 : igtMs, deaths: 0 }]
	route.deaths = deaths

	const polls = (fromMs: number, toMs = fromMs) => Math.round(between(random, fromMs, toMs) / POLL_MS)
	const shown = (differs: Partial<Snapshot>): Snapshot => ({
		igtMs,
		deaths,
		screen: 'in_game',
		playerPresent: true,
		character,
		mapId: map.mapOf(here) ?? NOWHERE,
		position: [12.5, 3, (igtMs % 60_000) / 1_000 - 30.05],
		playRegionId: null,
		flags,
		...differs,
	})
	function* play(count: number) {
		for (let poll = 0; poll < count; poll++) {
			igtMs += POLL_MS
			yield shown({})
		}
	}
	function* load(to: string) {
		for (let poll = polls(2_000, 5_000); poll > 0; poll--) {
			igtMs += POLL_MS
			yield shown({ screen: 'loading', playerPresent: false, mapId: null, position: null })
		}
		flags = new Map([...flags].map(([flag, isSet]) => [flag, isSet && !isTemporary(flag)]))
		here = to
	}
	function* title() {
		for (let poll = polls(2_000, 6_000); poll > 0; poll--) {
			yield shown({
				igtMs: 0,
				screen: 'title',
				playerPresent: false,
				character: null,
				mapId: null,
				position: null,
			})
		}
	}
	const raise = (flag: number) => {
		flags = new Map(flags).set(flag, true)
	}
	const visit = (nodeId: string, flagId: number | null) =>
		route.visits.push({ nodeId, flagId, igtMs: igtMs + POLL_MS, deaths: 0 })

	yield* title()
	yield* load(here)
	yield* play(polls(1_000))
	for (const act of acts) {
		switch (act.do) {
			case 'play':
				yield* play(polls(act.ms))
				break
			case 'die': {
				deaths++
				route.deaths++
				const current = route.visits.at(-1)
				if (current) current.deaths++
				yield* play(polls(2_000, 3_000))
				yield* load(here)
				yield* play(polls(1_000))
				break
			}
			case 'quit':
				yield* title()
				yield* load(here)
				yield* play(polls(1_000))
				break
			case 'restore':
				yield* title()
				igtMs -= polls(act.ms) * POLL_MS
				yield* load(here)
				yield* play(polls(1_000))
				break
			case 'gate':
				if (act.flagId !== null) {
					raise(act.flagId)
					visit(act.to, act.flagId)
				}
				yield* play(polls(300, 800))
				yield* load(act.to)
				if (act.flagId === null && act.seen) visit(act.to, null)
				yield* play(polls(1_000))
				break
			case 'travel':
				yield* load(act.to)
				if (act.seen) visit(act.to, null)
				yield* play(polls(1_000))
				break
			case 'kill_last_boss':
				raise(map.graph.finishFlag)
				route.finishIgtMs = igtMs + POLL_MS
		}
	}
	yield* play(Infinity)
}
