import { describe, expect, it } from 'vitest'
import type { View } from '../companion.ts'
import { createHandClock } from '../testing/hand-clock.ts'
import { createBoard, type Board } from './board.ts'

const zone = (nodeId: string, discovered = false) => ({
	nodeId,
	name: nodeId.toUpperCase(),
	tier: 9,
	originalTier: 5,
	exits: [{ text: 'Gate', toName: 'Beyond', discovered }],
})
const progress = (layer: number) => ({ igtMs: 70_000, deaths: 4, currentZone: 'quay', layer, history: [] })
const live = { state: 'live' } as View['link']
const view: View = {
	link: live,
	scene: 'world',
	igtMs: 60_000,
	deaths: 1,
	zone: zone('quay'),
	isNewZone: false,
	progress: progress(0),
	totalLayers: 3,
	status: 'running',
}

function open() {
	const clock = createHandClock()
	let board: Board | undefined
	const writer = createBoard(clock, (shown) => (board = shown))
	writer.view(view)
	return { clock, writer, board: () => board! }
}

describe('what a player is shown', () => {
	it('is where he is, as soon as it is connected', () => {
		const { board } = open()
		expect(board()).toMatchObject({ zone: { name: 'QUAY' }, progress: { at: 1, of: 3 }, ticking: true })
	})

	it('names a new zone only when the loading screen has faded', () => {
		const { writer, board, clock } = open()
		const there = { ...view, zone: zone('grotto'), isNewZone: true, progress: progress(1) }
		writer.view(there)
		clock.pass(1_900)
		writer.view({ ...there, igtMs: 62_000 })
		expect(board()).toMatchObject({ zone: { name: 'QUAY' }, progress: { at: 1 }, igtMs: 62_000 })
		clock.pass(200)
		expect(board()).toMatchObject({ zone: { name: 'GROTTO' }, progress: { at: 2 }, igtMs: 62_000 })
	})

	it('names it at once after a reconnect', () => {
		const { writer, board } = open()
		writer.view({ ...view, link: { state: 'connecting' } })
		writer.view({ ...view, zone: zone('grotto') })
		expect(board().zone?.name).toBe('GROTTO')
	})

	it('tells at once of an exit of the zone that was discovered', () => {
		const { writer, board } = open()
		writer.view({ ...view, zone: zone('quay', true), isNewZone: true })
		expect(board().zone?.exits[0]?.discovered).toBe(true)
	})

	it('shows the last of several zones that came in a row', () => {
		const { writer, board, clock } = open()
		writer.view({ ...view, zone: zone('grotto'), isNewZone: true })
		clock.pass(1_000)
		writer.view({ ...view, zone: zone('crown'), isNewZone: true })
		clock.pass(1_500)
		expect(board().zone?.name).toBe('QUAY')
		clock.pass(500)
		expect(board().zone?.name).toBe('CROWN')
	})

	it('shows a sentence for three seconds', () => {
		const { writer, board, clock } = open()
		writer.say('An older save was loaded')
		clock.pass(2_900)
		expect(board().message).toBe('An older save was loaded')
		clock.pass(200)
		expect(board().message).toBeNull()
	})

	it('holds the clock on loading screens and after the end', () => {
		const { writer, board } = open()
		writer.view({ ...view, scene: 'loading' })
		expect(board().ticking).toBe(false)
		writer.view({ ...view, status: 'finished' })
		expect(board()).toMatchObject({ ticking: false, igtMs: 60_000 })
	})

	it('shows what the server knows until the game is seen', () => {
		const { writer, board } = open()
		writer.view({ ...view, scene: 'away', igtMs: 0, deaths: 0 })
		expect(board()).toMatchObject({ igtMs: 70_000, deaths: 4, ticking: false })
	})

	it('says why it stopped for good, and nothing of it where the player ended it', () => {
		const { writer, board } = open()
		writer.view({ ...view, link: { state: 'stopped', why: 'Invalid mod token or session' } })
		expect(board()).toMatchObject({ link: 'ended', problem: 'Invalid mod token or session' })
		writer.view({ ...view, link: { state: 'stopped', why: '' } })
		expect(board()).toMatchObject({ link: 'ended', problem: null })
	})
})
