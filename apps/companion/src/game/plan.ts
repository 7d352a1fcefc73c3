import { between, chance, pick, type Random } from './random.ts'
import type { SeedMap } from './seed-map.ts'

/** What the player does, in order. */
export type Act =
	| { do: 'play'; ms: number }
	| { do: 'die' }
	| { do: 'quit' }
	/** Loads a save of some seconds ago, made in the same zone. */
	| { do: 'restore'; ms: number }
	/** `seen`: a server can know of the move. */
	| { do: 'gate'; to: string; flagId: number | null; seen: boolean }
	| { do: 'travel'; to: string; seen: boolean }
	| { do: 'kill_last_boss' }

/** Chances, each from 0 to 1. */
export type Habits = {
	/** To take another gate first, and to come back from there. */
	wrongTurn: number
	/** To go through an old gate's neighbour into a known zone. */
	revisit: number
	quitOut: number
	restore: number
	/** Scales deaths. */
	clumsy: number
}

export const usualHabits: Habits = { wrongTurn: 0.2, revisit: 0.15, quitOut: 0.06, restore: 0, clumsy: 1 }

export type Where = { node: string; found: ReadonlySet<string> }

const DEATH_CHANCES: Record<string, number> = {
	start: 0,
	boss_arena: 0.25,
	major_boss: 0.35,
	final_boss: 0.5,
}
const USUAL_DEATH_CHANCE = 0.12
const MOST_DEATHS_A_STAY = 5
const SHORTEST_STAY_MS = 8_000
const MOST_DETOURS = 12
/** How many layers a player goes back on purpose; from farther back he would play the run twice. */
const MOST_LAYERS_BACK = 2

/**
 * Plans a whole run from where the player stands to the last boss. Every move is one that a server can know of:
 * by a gate whose flag was not raised before, or to a zone whose map tells it from the others found. Only where
 * a resumed run leaves no such way does the player slip through unseen.
 */
export function planRun(map: SeedMap, from: Where, random: Random, habits: Habits): Act[] {
	const { graph } = map
	if (!map.leadsToEnd(graph.startNode)) throw new Error('The last boss cannot be reached in this seed')
	const acts: Act[] = []
	const found = new Set(from.found).add(from.node)
	// Gates into zones found before this game began may have been raised by then.
	const raised = new Set<number>()
	for (const [flag, node] of graph.nodeOfFlag) if (from.found.has(node)) raised.add(flag)
	let here = from.node
	let detours = 0

	const freshFlag = (source: string, to: string) =>
		pick(
			random,
			map.flagsBetween(source, to).filter((flag) => !raised.has(flag)),
		)
	const layerOf = (node: string) => graph.nodes.get(node)?.layer ?? 0
	const isSeen = (node: string) => map.nodeByMap(map.mapOf(node), found) === node
	const waysOn = (source: string) =>
		(graph.nodes.get(source)?.next ?? []).filter((to) => map.leadsToEnd(to) && freshFlag(source, to))

	function passGate(to: string) {
		const flagId = freshFlag(here, to) ?? null
		if (flagId !== null) raised.add(flagId)
		const seen = flagId !== null || isSeen(to)
		if (flagId !== null) found.add(to)
		acts.push({ do: 'gate', to, flagId, seen })
		here = to
	}
	function travel(to: string) {
		acts.push({ do: 'travel', to, seen: isSeen(to) })
		here = to
	}
	function stay(share: number) {
		const ms = map.minutesIn(here) * 60_000 * share * between(random, 0.5, 1.1)
		const deaths = countDeaths(graph.nodes.get(here)?.type ?? '', random, habits)
		const piece = Math.max(SHORTEST_STAY_MS, ms) / (deaths + 1)
		for (let death = 0; death < deaths; death++) acts.push({ do: 'play', ms: piece }, { do: 'die' })
		if (chance(random, habits.quitOut)) acts.push({ do: 'play', ms: piece / 2 }, { do: 'quit' })
		acts.push({ do: 'play', ms: piece })
		if (chance(random, habits.restore)) {
			acts.push({ do: 'restore', ms: piece / 2 }, { do: 'play', ms: piece / 2 })
		}
	}
	/** Off the way and back again by a map that tells; from there a gate nobody has passed leads on. */
	function detour() {
		const back = here
		const on = waysOn(back)
		const others = (graph.nodes.get(back)?.next ?? []).filter(
			(to) => freshFlag(back, to) && to !== graph.finalNode,
		)
		const other = pick(random, others)
		if (!other || detours >= MOST_DETOURS) return
		const wouldBeFound = new Set(found).add(other)
		const canReturn = map.nodeByMap(map.mapOf(back), wouldBeFound) === back
		const staysOpen = on.some((to) => to !== other || map.flagsBetween(back, to).length > 1)
		if (!canReturn || !staysOpen) return
		detours++
		passGate(other)
		stay(0.3)
		travel(back)
		if (chance(random, 0.5)) stay(0.1)
	}
	/** To a zone found before, and from there through a gate that leads on. */
	function goBack() {
		const farthest = layerOf(here) - MOST_LAYERS_BACK
		const isPlace = (node: string) => node !== here && layerOf(node) >= farthest && isSeen(node)
		const places = [...found].filter((node) => isPlace(node) && waysOn(node).length > 0)
		const place = pick(random, places)
		if (!place || detours >= MOST_DETOURS) return
		detours++
		travel(place)
		stay(0.2)
	}

	stay(1)
	while (here !== graph.finalNode) {
		if (chance(random, habits.wrongTurn)) detour()
		if (chance(random, habits.revisit)) goBack()
		passGate(pick(random, waysOn(here)) ?? wayOut())
		stay(1)
	}
	acts.push({ do: 'kill_last_boss' })
	return acts

	/** Only a resumed run comes here: all gates ahead were raised before. */
	function wayOut(): string {
		const ahead = (graph.nodes.get(here)?.next ?? []).filter((to) => map.leadsToEnd(to))
		const next = ahead.find(isSeen) ?? ahead[0]
		if (next !== undefined) return next
		const place = [...found].find((node) => map.leadsToEnd(node) && isSeen(node)) ?? graph.startNode
		travel(place)
		return pick(random, waysOn(here)) ?? wayOut()
	}
}

function countDeaths(type: string, random: Random, { clumsy }: Habits): number {
	const probability = (DEATH_CHANCES[type] ?? USUAL_DEATH_CHANCE) * clumsy
	let deaths = 0
	while (deaths < MOST_DEATHS_A_STAY && chance(random, probability)) deaths++
	return deaths
}
