import { describe, expect, it } from 'vitest'
import { diagnose } from './diagnose.ts'
import { EDITIONS, editionOf } from './testing/editions.ts'
import { createFakeSystem } from './testing/fake-system.ts'
import { usualPlant } from './testing/image.ts'
import type { Scene } from './testing/world.ts'

const playing: Scene = {
	managers: true,
	screen: 'in_game',
	character: { name: 'Secret' },
	igtMs: 61_000,
	deaths: 4,
	player: { mapId: 0x3c2c_2400, position: [1.25, -2, 3] },
	playRegionId: 6_100_000,
}

const look = (system: ReturnType<typeof createFakeSystem>) => diagnose(system, () => Promise.resolve())

describe('the diagnosis of a running game', () => {
	it.each(EDITIONS.map((one) => [one.version.join('.'), one] as const))(
		'%s finds all statics where they are known to be',
		async (version, edition) => {
			const system = createFakeSystem()
			system.start(edition).world.show(playing)
			const { found, lines } = await look(system)
			expect(found).toBe(true)
			expect(lines.find((line) => line.startsWith('Version'))).toContain(version)
			expect(lines.filter((line) => line.endsWith(', as known'))).toHaveLength(6)
			expect(lines).toContain('All is as it should be')
		},
	)

	it('tells signatures, classes and one snapshot, and no name', async () => {
		const system = createFakeSystem()
		const game = system.start(editionOf('2.7.1'))
		const { world, base } = game
		world.show(playing)
		const { lines } = await look(system)
		expect(lines).toContain(
			'No player has confirmed this layout yet: please report whether the snapshot is right',
		)
		expect(lines).toContain('  1 × 48 8B 05 ?? ?? ?? ?? 48 85 C0 74 05 48 8B 40 58 C3 C3: 0x2234 → 0x3d61f98')
		expect(lines.filter((line) => line.startsWith('  0 ×')).length).toBeGreaterThan(5)
		const menu = `MenuMan: object at 0x${world.objects.MenuMan.toString(16)}, .?AVCSMenuManImp@CS@@`
		expect(lines).toContain(menu)
		expect(lines).toContain('Flags: 4 groups, 4 blocks of 125 bytes, divisor 1000')
		expect(lines.slice(-3)).toEqual([
			'Time 61000 ms, deaths 4, screen in_game, player true',
			'Map m60_44_36_00, position 1.25 -2.00 3.00, region 6100000',
			'Character with a name of 6 letters, journey 1',
		])
		expect(lines.join('\n')).not.toContain('Secret')
		expect(lines[0]).toContain(`at 0x${base.toString(16)}`)
		expect(game.isOpen).toBe(false)
	})

	it('tells where a static is that was known to be elsewhere', async () => {
		const system = createFakeSystem()
		const edition = editionOf('2.6.2')
		const plant = usualPlant(edition).map((one, index) =>
			index === 0 ? { ...one, staticRva: one.staticRva + 0x60 } : one,
		)
		system.start(edition, { plant }).world.show(playing)
		const { lines } = await look(system)
		expect(lines).toContain('GameDataMan 0x3d5df98, known as 0x3d5df38')
	})

	it('tells what is missing in a game that is not understood', async () => {
		const system = createFakeSystem()
		system.start({ ...editionOf('2.7.1'), version: [3, 0, 0, 0] }, { plant: [] })
		const { lines } = await look(system)
		expect(lines).toContain('GameDataMan not found, not known before')
		expect(lines).toContain('GameDataMan: no object')
		expect(lines).toContain('Not there yet: GameDataMan, EventFlagMan, MenuMan')
		expect(lines).toContain('Flags: cannot be read')
		expect(lines.some((line) => line.includes('is newer than this companion'))).toBe(true)
	})
})

describe('a diagnosis without a game', () => {
	it('says what to do', async () => {
		expect(await look(createFakeSystem())).toEqual({
			found: false,
			lines: ['Elden Ring is not running: start it, load a character, and run this again.'],
		})
	})

	it('says why it may not be read', async () => {
		const system = createFakeSystem()
		system.start(editionOf('2.6.2')).attachment = { state: 'refused', why: 'Run: sudo something' }
		expect(await look(system)).toEqual({ found: false, lines: ['Run: sudo something'] })
	})

	it('keeps away from the anti-cheat', async () => {
		const system = createFakeSystem()
		const { memory } = system.start(editionOf('2.6.2'))
		system.antiCheat = 'EasyAntiCheat'
		const { lines } = await look(system)
		expect(lines[0]).toContain('stays away')
		expect(memory.reads).toBe(0)
	})
})
