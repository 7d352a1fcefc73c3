import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Game } from '../snapshot.ts'
import { createHandClock, type HandClock } from '../testing/hand-clock.ts'
import { openMemoryGame } from './memory-game.ts'
import { SIGNATURES } from './signatures.ts'
import { u32, u64 } from './testing/bytes.ts'
import { EDITIONS, editionOf } from './testing/editions.ts'
import { createFakeSystem, type FakeSystem } from './testing/fake-system.ts'
import { RESOURCES, tableOf, usualPlant } from './testing/image.ts'
import { title, type Scene } from './testing/world.ts'

const FLAG = 1_040_292_003
const edition = editionOf('2.6.2')

const playing: Scene = {
	managers: true,
	screen: 'in_game',
	character: { name: 'Ada' },
	igtMs: 5_000,
	deaths: 1,
	player: { mapId: 0x3c2c_2400, position: [1, 2, 3] },
}

let system: FakeSystem
let clock: HandClock
let game: Game
let said: string[]
let waits: (string | null)[]

beforeEach(() => {
	system = createFakeSystem()
	clock = createHandClock()
	said = []
	waits = []
})
afterEach(() => game.close())

function open(pause = () => Promise.resolve()) {
	game = openMemoryGame({
		system,
		clock,
		say: (line) => said.push(line),
		onWaiting: (what) => waits.push(what),
		pause,
	})
	game.watch([FLAG])
}

/** Time passes second by second, and whatever was begun in one comes to its end. */
async function pass(seconds: number) {
	await setImmediate()
	for (let second = 0; second < seconds; second++) {
		clock.pass(1_000)
		await setImmediate()
	}
}

const waitingFor = () => {
	const reading = game.read()
	return reading.state === 'waiting' ? reading.waitingFor : null
}

const snapshot = () => {
	const reading = game.read()
	if (reading.state !== 'read') throw new Error(`It waits for ${reading.waitingFor}`)
	return reading.snapshot
}

describe('a game that is started', () => {
	it.each(EDITIONS.map((one) => [one.version.join('.'), one] as const))(
		'as %s is found, waited for and read',
		async (_, edition) => {
			open()
			await pass(2)
			expect(waitingFor()).toBe('Elden Ring to be started')

			const { world, memory, base } = system.start(edition, { plant: [] })
			await pass(2)
			expect(waitingFor()).toBe('Elden Ring to start up')

			for (const { signature, rva, staticRva } of usualPlant(edition)) {
				const bytes = Buffer.from(signature.bytes.map((byte) => byte ?? 0))
				bytes.writeInt32LE(staticRva - rva - signature.nextInstructionAt, signature.distanceAt)
				memory.write(base + BigInt(rva), bytes)
			}
			await pass(2)
			expect(waitingFor()).toBe('Elden Ring to reach its menu')

			world.show({ managers: true })
			await pass(2)
			expect(snapshot()).toMatchObject({ screen: 'title', playerPresent: false, igtMs: 0 })

			world.show({ ...playing, flags: [{ flag: FLAG, isSet: true }] })
			expect(snapshot()).toMatchObject({
				screen: 'in_game',
				igtMs: 5_000,
				deaths: 1,
				character: { name: 'Ada' },
				flags: new Map([[FLAG, true]]),
			})
			expect(said).toEqual([])
			expect(waits).toEqual([
				'Elden Ring to be started',
				'Elden Ring to start up',
				'Elden Ring to reach its menu',
				null,
			])
		},
	)

	it('and found half loaded is read as the version that it states in the end', async () => {
		const { world, memory, base } = system.start(editionOf('1.6.0'))
		const at = base + BigInt(RESOURCES.rva)
		const resources = memory.read(at, RESOURCES.bytes)!
		memory.unmap(at, RESOURCES.bytes)
		world.show(playing)
		open(() => Promise.resolve(memory.write(at, resources)))
		await pass(1)
		expect(snapshot()).toMatchObject({ mapId: 'm60_44_36_00', position: [1, 2, 3] })
		expect(said).toEqual([])
	})

	it('while the companion runs already is found within a second', async () => {
		open()
		await pass(3)
		system.start(edition).world.show(playing)
		await pass(1)
		expect(snapshot().igtMs).toBe(5_000)
	})

	it('reads the flags that were asked for last', async () => {
		open()
		const { world } = system.start(edition)
		world.show(playing)
		await pass(1)
		game.watch([FLAG, 76_001])
		expect([...snapshot().flags.keys()]).toEqual([FLAG, 76_001])
	})

	it('is told of when it is newer than this companion', async () => {
		open()
		system.start({ ...editionOf('2.7.1'), version: [2, 9, 0, 0] }).world.show(playing)
		await pass(1)
		expect(snapshot().igtMs).toBe(5_000)
		expect(said).toEqual([
			'Elden Ring 1.19 (2.9.0.0) is newer than this companion: it is read as 1.17.1 (2.7.1.1).',
		])
	})

	it('is read by other signatures where the first ones are not there', async () => {
		open()
		const plant = usualPlant(edition).map((one, index) => {
			const name = (['GameDataMan', 'EventFlagMan', 'WorldChrMan', 'MenuMan'] as const)[index]
			return name ? { ...one, signature: SIGNATURES[name].at(-1)! } : one
		})
		system.start(edition, { plant }).world.show(playing)
		await pass(1)
		expect(snapshot().igtMs).toBe(5_000)
	})

	it('is read without what only adds to it', async () => {
		open()
		system.start(edition, { plant: usualPlant(edition).slice(0, 4) }).world.show(playing)
		await pass(1)
		expect(snapshot()).toMatchObject({ igtMs: 5_000, playRegionId: null })
	})
})

describe('a game that is not understood', () => {
	it('is told of once after a minute, and tried again every ten seconds', async () => {
		open()
		const { memory } = system.start(edition, { plant: usualPlant(edition).slice(1) })
		await pass(10)
		const before = memory.reads
		await pass(1)
		const perSecond = memory.reads - before
		await pass(47)
		expect(said).toEqual([])
		await pass(30)
		expect(said).toEqual([
			'Elden Ring 2.6.2.0 is not understood (no GameDataMan): ' +
				'run the companion with --diagnose and report what it prints.',
		])
		const { reads } = memory
		await pass(50)
		expect((memory.reads - reads) / perSecond).toBe(5)
	})

	it('is told of with what is wrong about it', async () => {
		open()
		const { memory, world } = system.start(edition)
		world.show(playing)
		memory.write(world.objects.EventFlagMan + 0x20n, u32(128))
		await pass(70)
		expect(waitingFor()).toBe('Elden Ring to start up')
		expect(said[0]).toContain('(EventFlagMan has 4 blocks of 128 bytes for 1000 flags)')
	})

	it('is read as soon as it makes sense', async () => {
		open()
		const { memory, world, base } = system.start(edition)
		world.show(playing)
		memory.write(world.objects.MenuMan, u64(0n))
		await pass(3)
		expect(waitingFor()).toBe('Elden Ring to start up')
		memory.write(world.objects.MenuMan, u64(tableOf(base, 'MenuMan')))
		await pass(1)
		expect(snapshot().igtMs).toBe(5_000)
	})
})

describe('a game that ends', () => {
	it('is noticed at the next poll, and closed', async () => {
		open()
		const first = system.start(edition)
		first.world.show(playing)
		await pass(1)
		first.end()
		expect(waitingFor()).toBe('Elden Ring to be started')
		expect(first.isOpen).toBe(false)
	})

	it('while it starts is waited for again', async () => {
		open()
		const first = system.start(edition, { plant: [] })
		await pass(2)
		first.end()
		await pass(1)
		expect(waitingFor()).toBe('Elden Ring to be started')
		expect(first.isOpen).toBe(false)
	})

	it.each([
		['the same number', 4_711],
		['another number', 4_712],
	])('and is started elsewhere with %s is read there', async (_, pid) => {
		open()
		const first = system.start(edition)
		first.world.show({ ...playing, flags: [{ flag: FLAG, isSet: true }] })
		await pass(1)
		expect(snapshot().flags.get(FLAG)).toBe(true)
		first.end()
		const second = system.start(editionOf('1.6.0'), { pid })
		second.world.show({ ...playing, character: { name: 'Bo' }, igtMs: 9_000 })
		expect(waitingFor()).not.toBeNull()
		await pass(2)
		expect(second.base).not.toBe(first.base)
		expect(snapshot()).toMatchObject({
			igtMs: 9_000,
			character: { name: 'Bo' },
			flags: new Map([[FLAG, false]]),
		})
	})

	it('unnoticed, since it was not polled, is left for the next one', async () => {
		open()
		const first = system.start(edition)
		first.world.show(playing)
		await pass(1)
		first.end()
		system.start(edition).world.show({ ...playing, igtMs: 9_000 })
		await pass(6)
		expect(snapshot().igtMs).toBe(9_000)
		expect(first.isOpen).toBe(false)
	})
})

describe('a second game', () => {
	it('is read instead of the first one, which hangs', async () => {
		open()
		const first = system.start(edition)
		first.world.show(playing)
		await pass(1)
		system.start(edition, { pid: 4_712 }).world.show({ ...playing, igtMs: 9_000 })
		await pass(6)
		expect(snapshot().igtMs).toBe(9_000)
		expect(first.isOpen).toBe(false)
	})

	it('that is none does not disturb the first one', async () => {
		open()
		system.start(edition).world.show(playing)
		await pass(1)
		system.start(edition, { pid: 4_712 }).attachment = { state: 'no_game' }
		await pass(12)
		expect(snapshot().igtMs).toBe(5_000)
	})
})

describe('a game that may not be read', () => {
	it('is told of once, and read as soon as it may be', async () => {
		open()
		const only = system.start(edition)
		only.world.show(playing)
		only.attachment = { state: 'refused', why: 'Run: sudo something' }
		await pass(5)
		expect(waitingFor()).toBe('leave to read Elden Ring')
		expect(said).toEqual(['Run: sudo something'])
		only.attachment = null
		await pass(1)
		expect(snapshot().igtMs).toBe(5_000)
	})

	it('is left alone while the anti-cheat runs, even if it was read before', async () => {
		open()
		const only = system.start(edition)
		only.world.show(playing)
		await pass(1)
		expect(snapshot().igtMs).toBe(5_000)
		system.antiCheat = 'EasyAntiCheat'
		await pass(5)
		expect(waitingFor()).toBe('the anti-cheat to end')
		expect(only.isOpen).toBe(false)
		const { reads } = only.memory
		await pass(20)
		expect(only.memory.reads).toBe(reads)
		expect(said).toEqual([
			'The anti-cheat is running (EasyAntiCheat): the companion stays away from the game until it has ended.',
		])
		system.antiCheat = null
		await pass(1)
		expect(snapshot().igtMs).toBe(5_000)
	})
})

describe('closing', () => {
	it('ends the search', async () => {
		open()
		await pass(1)
		game.close()
		expect(clock.due()).toEqual([])
	})

	it('lets go of a game, even while it is being searched', async () => {
		open()
		const only = system.start(edition)
		only.world.show(playing)
		clock.pass(1_000)
		game.close()
		await pass(3)
		expect(only.isOpen).toBe(false)
		expect(clock.due()).toEqual([])
		expect(waitingFor()).toBe('Elden Ring to be started')
	})

	it('a title screen is no end', async () => {
		open()
		const { world } = system.start(edition)
		world.show(playing)
		await pass(1)
		world.show(title)
		expect(snapshot().screen).toBe('title')
	})
})
