import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemClock, type Clock } from '../clock.ts'
import type { Game, Snapshot } from '../snapshot.ts'
import { openLinux } from './linux-process.ts'
import { openMemoryGame } from './memory-game.ts'
import { openStandIns, type StandIn, type StandIns } from './testing/stand-in/stand-in.ts'
import { title, type Scene } from './testing/world.ts'

/** The companion looks for a game each second; a test need not wait as long. */
const clock: Clock = { ...systemClock, after: (ms, act) => systemClock.after(ms / 20, act) }
const GATE = 1_040_292_003
const OTHER_GATE = 1_050_294_998
const PATIENCE_MS = 20_000

const ada: Scene = { screen: 'in_game', character: { name: 'Ada' }, igtMs: 1_000, deaths: 0 }
const limgrave = { mapId: 0x3c2c_2400, position: [12.5, -3, 77.25] } as const
const academy = { mapId: 0x0e00_0000, position: [1, 2, 3] } as const

describe.runIf(process.platform === 'linux')('a whole life of a game in a process of its own', () => {
	let standIns: StandIns
	let game: Game
	const said: string[] = []
	beforeAll(async () => void (standIns = await openStandIns()))
	afterAll(() => standIns.close())
	afterEach(() => game.close())

	const snapshot = () => {
		const reading = game.read()
		return reading.state === 'read' ? reading.snapshot : null
	}

	/** Waits until the game is seen so. */
	async function see(expected: Partial<Snapshot>) {
		const until = Date.now() + PATIENCE_MS
		let seen = snapshot()
		while (
			Date.now() < until &&
			!(seen && Object.keys(expected).every((key) => hasSame(seen!, expected, key)))
		) {
			await sleep(20)
			seen = snapshot()
		}
		expect(seen).toMatchObject(expected)
		return seen!
	}

	async function waitFor(what: string) {
		const until = Date.now() + PATIENCE_MS
		const waiting = { state: 'waiting', waitingFor: what }
		while (Date.now() < until && JSON.stringify(game.read()) !== JSON.stringify(waiting)) await sleep(20)
		expect(game.read()).toEqual(waiting)
	}

	it.each(['1.2.3', '1.6.0', '2.0.1', '2.7.1'])('is followed in version %s', async (version) => {
		game = openMemoryGame({
			system: openLinux({ proc: standIns.proc }),
			clock,
			say: (line) => said.push(line),
		})
		game.watch([GATE, OTHER_GATE, 2_000_000_000])
		const first: StandIn = await standIns.start(version)

		await waitFor('Elden Ring to reach its menu')
		await first.show({ managers: true })
		await see({ screen: 'title', character: null, flags: new Map() })

		await first.show({ screen: 'loading', character: { name: 'Ada' }, igtMs: 100 })
		await see({ screen: 'loading', playerPresent: false })
		await first.show({ ...ada, player: limgrave, playRegionId: 6_100_000 })
		const start = await see({ screen: 'in_game', mapId: 'm60_44_36_00', position: [12.5, -3, 77.25] })
		expect(start).toMatchObject({ igtMs: 1_000, deaths: 0, playRegionId: 6_100_000, playerPresent: true })
		expect(start.character).toEqual({ name: 'Ada', slot: null, newGamePlus: 0 })
		const noneSet = [GATE, OTHER_GATE, 2_000_000_000].map((flag) => [flag, false] as const)
		expect(start.flags).toEqual(new Map(noneSet))

		await first.show({ flags: [{ flag: GATE, isSet: true }], igtMs: 60_000 })
		await see({ igtMs: 60_000, flags: new Map([...noneSet, [GATE, true]]) })
		await first.show({ screen: 'loading', player: null, flags: [{ flag: OTHER_GATE, isSet: true }] })
		await see({ screen: 'loading', mapId: null, flags: new Map() })
		await first.show({ screen: 'in_game', player: academy, flags: [{ flag: GATE, isSet: false }] })
		await see({ mapId: 'm14_00_00_00', flags: new Map([...noneSet, [OTHER_GATE, true]]) })

		await first.show({ deaths: 1, igtMs: 90_000 })
		await see({ deaths: 1, igtMs: 90_000 })

		await first.show({ ...title, flags: [{ flag: OTHER_GATE, isSet: false }] })
		await see({ screen: 'title', character: null, igtMs: 0, flags: new Map() })
		await first.show({ ...ada, character: { name: 'Bo', newGamePlus: 2 }, igtMs: 5_000, player: limgrave })
		const bo = await see({ screen: 'in_game', igtMs: 5_000, flags: new Map(noneSet) })
		expect(bo.character).toEqual({ name: 'Bo', slot: null, newGamePlus: 2 })

		await first.kill()
		await waitFor('Elden Ring to be started')

		const second = await standIns.start(version)
		await second.show({ ...ada, managers: true, igtMs: 91_000, deaths: 1, player: academy })
		await see({ igtMs: 91_000, deaths: 1, mapId: 'm14_00_00_00' })
		expect(second.base).not.toBe(first.base)
		await second.kill()
		expect(said).toEqual([])
	})
})

function hasSame(seen: Snapshot, expected: Partial<Snapshot>, key: string): boolean {
	const [a, b] = [seen, expected].map((one) => one[key as keyof Snapshot])
	const plain = (value: unknown) => JSON.stringify(value instanceof Map ? [...value] : value)
	return plain(a) === plain(b)
}
