import type { PoolSettings } from '../pools.ts'
import type { Random } from '../random.ts'
import { between, pick, shuffled } from '../random.ts'
import type { Stop, Way } from './stop.ts'

const MOST_ARRIVALS = 4
/** Ways per stop: the band in which real seeds of every length have a place. */
const DENSITY = { min: 1.69, max: 1.76 }

/** Joins each layer to the next so that every stop can be reached and left, then adds crosslinks. */
export function wire(random: Random, layers: readonly Stop[][], structure: PoolSettings['structure']): Way[] {
	const pairs = layers.slice(1).flatMap((to, index) => joinAll(random, layers[index] ?? [], to))
	if (structure.crosslinks) addCrosslinks(random, pairs, layers)
	return layers.flat().flatMap((stop) => giveGates(random, pairs, stop))
}

type Pair = { from: Stop; to: Stop }

/** The fewest pairs that leave no stop out on either side. */
function joinAll(random: Random, from: readonly Stop[], to: readonly Stop[]): Pair[] {
	const sources = shuffled(random, from)
	const targets = shuffled(random, to)
	const shared = Math.min(sources.length, targets.length)
	const pairs = sources
		.slice(0, shared)
		.map((source, index): Pair => ({ from: source, to: targets[index] as Stop }))
	for (const source of sources.slice(shared)) {
		const open = targets.filter((stop) => hasRoom(pairs, stop))
		pairs.push({ from: source, to: pick(random, open) })
	}
	for (const target of targets.slice(shared)) {
		const open = sources.filter((stop) => hasGateLeft(pairs, stop))
		pairs.push({ from: pick(random, open), to: target })
	}
	return pairs
}

/** Opens gates that nobody needs until the seed is as dense as a real one, or no gate is left. */
function addCrosslinks(random: Random, pairs: Pair[], layers: readonly Stop[][]): void {
	const wanted = Math.floor(layers.flat().length * between(random, DENSITY.min, DENSITY.max))
	const possible = layers
		.slice(1)
		.flatMap((to, index) => (layers[index] ?? []).flatMap((from) => to.map((stop) => ({ from, to: stop }))))
	for (const pair of shuffled(random, possible)) {
		if (pairs.length >= wanted) return
		const joined = pairs.some(({ from, to }) => from === pair.from && to === pair.to)
		if (!joined && hasGateLeft(pairs, pair.from) && hasRoom(pairs, pair.to)) pairs.push(pair)
	}
}

function giveGates(random: Random, pairs: readonly Pair[], stop: Stop): Way[] {
	const gates = shuffled(random, stop.exits)
	return pairs
		.filter((pair) => pair.from === stop)
		.map((pair, index) => {
			const gate = gates[index]
			if (!gate) throw new Error(`${stop.place.zones[0].id} has more ways on than gates`)
			return { ...pair, gate }
		})
}

function hasRoom(pairs: readonly Pair[], stop: Stop): boolean {
	return pairs.filter(({ to }) => to === stop).length < MOST_ARRIVALS
}

function hasGateLeft(pairs: readonly Pair[], stop: Stop): boolean {
	return pairs.filter(({ from }) => from === stop).length < stop.exits.length
}
