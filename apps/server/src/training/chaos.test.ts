import { drawGraph } from '@speedfog/core/graph/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import type { SocketPair } from '#live/testing/socket-pair.ts'
import type { TestMod } from './testing/live.ts'
import { replicas } from './testing/replicas.ts'
import type { Replica, Replicas } from './testing/replicas.ts'

const GATES = 10
/** Of 20 ms each. */
const ANSWER_STEPS = 120
const TRIES = 40

const graph = drawGraph(
	Array.from({ length: GATES - 1 }, () => 1),
	() => 0,
)
const gates = [...new Map([...graph.graph.nodeOfFlag].map(([flag, node]) => [node, { flag, node }])).values()]

let database: TestDatabase

beforeAll(async () => {
	database = await freshDatabase()
})
afterAll(() => database.drop())

const disturbances = fc.array(
	fc.record({
		before: fc.nat({ max: GATES - 1 }),
		what: fc.constantFrom(
			'the line goes silent',
			'the line breaks',
			'the mod’s server stands still',
			'who stood still goes on',
			'the bus breaks',
			'the bus is back',
			'a message between servers is lost',
			'all leases run out',
		),
	}),
	{ minLength: 2, maxLength: 8 },
)

it('[P4] whatever breaks, and whoever thinks that he has the session: what was told is stored, once, in order', async () => {
	await fc.assert(
		fc.asyncProperty(disturbances, async (plan) => {
			const world = await replicas(database, graph)
			try {
				const player = new Player(world, await world.session())
				for (const [index, gate] of gates.entries()) {
					for (const { what } of plan.filter(({ before }) => before === index)) await player.suffer(what)
					await player.pass(gate, index)
				}
				await player.suffer('who stood still goes on')
				await player.suffer('the bus is back')
				const watcher = await player.elsewhere.spectator(player.sessionId)
				const last = { current_zone: gates.at(-1)!.node, death_count: GATES }
				await world.until(() => shows(watcher, last), 'the last zone')
				const { visits } = await world.rows.stored(player.sessionId)
				expect(visits.slice(1).map(({ node, igtMs }) => [node, igtMs])).toEqual(
					gates.map(({ node }, index) => [node, (index + 1) * 1_000]),
				)
				expect(visits.map(({ deaths }) => deaths)).toEqual([...gates.map(() => 1), 0])
			} finally {
				await world.close()
			}
		}),
		{ numRuns: 8, endOnFailure: true },
	)
}, 120_000)

function shows(watcher: SocketPair, { current_zone, death_count }: Record<string, unknown>): boolean {
	watcher.flush()
	const frame = watcher.got.findLast(({ participants }) => participants !== undefined)
	const [shown] = (frame?.['participants'] ?? []) as Record<string, unknown>[]
	return shown?.['current_zone'] === current_zone && shown?.['death_count'] === death_count
}

/** Plays one run; what finds no answer is sent again on a new connection, at the next server. */
class Player {
	readonly sessionId: string
	readonly sides: { side: Replica; old: TestMod[] }[]
	readonly #world: Replicas
	#mod: TestMod | undefined
	#at = 0

	constructor(world: Replicas, sessionId: string) {
		this.#world = world
		this.sessionId = sessionId
		this.sides = [world.here, world.there].map((side) => ({ side, old: [] }))
	}

	get here(): Replica {
		return this.sides[this.#at]!.side
	}

	get elsewhere(): Replica {
		return this.sides[1 - this.#at]!.side
	}

	async pass({ flag, node }: (typeof gates)[number], index: number): Promise<void> {
		for (let tries = 0; tries < TRIES; tries++) {
			const mod = (this.#mod ??= await this.#connect())
			const heard = mod.got.length
			mod.status((index + 1) * 1_000, index + 1)
			mod.flag(flag, (index + 1) * 1_000)
			const isTold = () => mod.got.slice(heard).some((frame) => frame['node_id'] === node)
			if (await this.#within(ANSWER_STEPS, mod, () => isTold() || mod.over || mod.closed !== undefined))
				if (isTold()) return
			this.#leave('breaks')
		}
		throw new Error(`no answer to gate ${index}`)
	}

	async suffer(what: string): Promise<void> {
		const { here, elsewhere } = this
		switch (what) {
			case 'the line goes silent':
				return this.#leave('silent')
			case 'the line breaks':
				return this.#leave('breaks')
			case 'the mod’s server stands still':
				// One of them plays on.
				if (elsewhere.isFrozen) elsewhere.thaw()
				return here.freeze()
			case 'who stood still goes on':
				return this.#thaw()
			case 'the bus breaks':
				return elsewhere.bus.cut(true)
			case 'the bus is back':
				for (const { side } of this.sides) if (!side.isFrozen) side.bus.cut(false)
				return
			case 'a message between servers is lost':
				return here.bus.dropNext(1)
			case 'all leases run out':
				await database.pool.query(`update replicas set lease_until = now() - interval '1 s'`)
		}
	}

	/** What was on its way to a server that stood still arrives now. */
	#thaw(): void {
		for (const { side, old } of this.sides) {
			if (side.isFrozen) side.thaw()
			for (const mod of old.splice(0)) mod.flush()
		}
	}

	/** From now on what waits at a server that stands still is of a game that has moved on. */
	#haunt(): void {
		for (const mod of this.sides.flatMap(({ old }) => old)) {
			mod.status(999_000, 99)
			mod.flag(gates.at(-1)!.flag, 999_000)
		}
	}

	#leave(how: 'silent' | 'breaks'): void {
		const mod = this.#mod
		this.#mod = undefined
		if (!mod) return
		if (how === 'silent') mod.dead = true
		else if (this.here.isFrozen) this.sides[this.#at]!.old.push(mod)
		else mod.end()
		this.#at = 1 - this.#at
	}

	async #connect(): Promise<TestMod> {
		for (let tries = 0; tries < TRIES; tries++) {
			if (this.here.isFrozen) this.#at = 1 - this.#at
			const mod = this.here.dial(this.sessionId)
			const isIn = () => mod.got.some(({ type }) => type === 'zone_update')
			const isDone = () => isIn() || mod.closed !== undefined || mod.over
			if ((await this.#within(2 * ANSWER_STEPS, mod, isDone)) && isIn()) {
				this.#haunt()
				return mod
			}
			mod.end()
			this.#at = 1 - this.#at
		}
		throw new Error('not let in')
	}

	async #within(steps: number, mod: TestMod, isDone: () => boolean): Promise<boolean> {
		for (let step = 0; step < steps; step++) {
			if (!this.here.isFrozen) mod.flush()
			if (isDone()) return true
			await this.#world.step()
		}
		return false
	}
}
