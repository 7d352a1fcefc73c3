import { readGraph } from '@speedfog/core/graph/read-graph'
import type { SeedGraph } from '@speedfog/core/graph/seed-graph'
import type { Kysely } from 'kysely'
import type { Tables } from '#database/schema.ts'

/** A seed's graph, compiled and as the text that is sent: bytes, so that no answer encodes it anew. */
export type Seed = { graph: SeedGraph; json: Buffer }

/** About half a megabyte each. */
const KEPT = 100

// A seed that has runs never changes its graph, so only a scan can put something here out of date.
const recent = new Map<string, Promise<Seed>>()
// What sessions still hold is found again after it left `recent`, so that a graph is in memory only once.
const held = new Map<string, WeakRef<SeedGraph>>()
const seedOf = new WeakMap<SeedGraph, Seed>()
const forgotten = new FinalizationRegistry<string>((seedId) => {
	if (!held.get(seedId)?.deref()) held.delete(seedId)
})

/** The graph of a seed that exists; the same object for all who ask while anybody uses it. */
export async function graphOf(db: Kysely<Tables>, seedId: string): Promise<Seed> {
	const known = recent.get(seedId)
	const seed = known ?? find(db, seedId)
	// The one used last stands last.
	recent.delete(seedId)
	recent.set(seedId, seed)
	if (recent.size > KEPT) recent.delete(recent.keys().next().value!)
	if (!known) seed.catch(() => recent.delete(seedId))
	return seed
}

/** The seed has another graph now. */
export function forget(seedId: string): void {
	recent.delete(seedId)
	held.delete(seedId)
}

async function find(db: Kysely<Tables>, seedId: string): Promise<Seed> {
	const graph = held.get(seedId)?.deref()
	const seed = (graph && seedOf.get(graph)) ?? (await load(db, seedId))
	if (seed.graph !== graph) {
		held.set(seedId, new WeakRef(seed.graph))
		seedOf.set(seed.graph, seed)
		forgotten.register(seed.graph, seedId)
	}
	return seed
}

async function load(db: Kysely<Tables>, seedId: string): Promise<Seed> {
	const { graph_json: json } = await db
		.selectFrom('seeds')
		.select('graph_json')
		.where('id', '=', seedId)
		.executeTakeFirstOrThrow()
	const reading = readGraph(JSON.parse(json))
	if (!reading.ok) throw new Error(`the stored graph of seed ${seedId} is bad: ${reading.reasons.join('; ')}`)
	return { graph: reading.graph, json: Buffer.from(json) }
}
