import { describe, expect, it } from 'vitest'
import type { Reading } from '../snapshot.ts'
import {
	FINISH,
	flags,
	GATE,
	memory,
	ofType,
	OTHER_GATE,
	play,
	playing,
	THIRD_GATE,
	times,
	types,
} from './testing/play.ts'
import { away, loading, title, world } from './testing/snapshots.ts'
import { oldSave, see, start, type Report } from './tracker.ts'

const standing = times(3, world({ flags: flags() }))
const told = (reports: readonly Report[]) =>
	reports.flatMap((report) => (report.type === 'event_flag' || report.type === 'hold' ? [report.flagId] : []))

describe('which flags count', () => {
	it('[C2] notices a flag that is raised while the character is in the world, once', () => {
		const raised = world({ igtMs: 61_000, flags: flags(GATE) })
		const { reports } = play(playing(standing), ...times(30, raised))
		expect(ofType(reports, 'hold')).toEqual([{ type: 'hold', flagId: GATE, igtMs: 61_000 }])
	})

	const elsewhere: [string, Reading][] = [
		['the title screen', title({ flags: flags(GATE) })],
		['a loading screen', loading({ flags: flags(GATE) })],
		['an unreadable screen', world({ screen: null, flags: flags(GATE) })],
		['a game that is gone', away],
	]
	it.each(elsewhere)('[C2] ignores what %s shows of the flags', (_where, reading) => {
		const { reports } = play(playing(standing), ...times(5, reading), ...standing)
		expect(told(reports)).toEqual([])
	})

	it('[C1] takes a flag that could not be read as unknown, never as clear', () => {
		const known = playing(times(3, world({ flags: flags(GATE) })), { reported: new Set([GATE]) })
		const unread = play(known, ...times(5, world({ flags: new Map() })))
		const { reports } = play(unread, ...times(5, world({ flags: flags(GATE) })))
		expect(told([...unread.reports, ...reports])).toEqual([])
	})

	it('[C1] still notices a flag that was raised while flags could not be read', () => {
		const blind = play(playing(standing), ...times(5, world({ flags: new Map() })))
		expect(told(play(blind, ...times(5, world({ flags: flags(GATE) }))).reports)).toEqual([GATE])
	})

	it('[C2] tells at the first sight of a character what its save holds, with one and the same time', () => {
		const held = world({ igtMs: 90_000, flags: flags(GATE, OTHER_GATE) })
		const { reports } = play(start(memory()), ...times(3, held))
		expect(ofType(reports, 'event_flag')).toEqual([
			{ type: 'event_flag', flagId: GATE, igtMs: 90_000 },
			{ type: 'event_flag', flagId: OTHER_GATE, igtMs: 90_000 },
		])
	})

	it('[C2] never tells again what was told before the companion was restarted', () => {
		const held = world({ flags: flags(GATE, OTHER_GATE) })
		const { reports } = play(start(memory({ reported: new Set([GATE]) })), ...times(3, held))
		expect(told(reports)).toEqual([OTHER_GATE])
	})

	it('[C2] tells after a quit-out what this character was last seen without', () => {
		const quit = play(playing(standing), ...times(5, title()), ...times(5, loading()))
		const { reports } = play(quit, ...times(3, world({ igtMs: 70_000, flags: flags(GATE) })))
		expect(ofType(reports, 'event_flag')).toEqual([{ type: 'event_flag', flagId: GATE, igtMs: 70_000 }])
	})

	it('[C2] takes what a second character comes with as its baseline', () => {
		const second = { name: 'Second', slot: 1, newGamePlus: 0 }
		const at = { character: second, igtMs: 5_000 }
		const switched = play(playing(standing), ...times(5, title()))
		const loaded = play(switched, ...times(3, world({ ...at, flags: flags(GATE) })))
		expect(told(loaded.reports)).toEqual([])
		expect(told(play(loaded, ...times(3, world({ ...at, flags: flags(GATE, OTHER_GATE) }))).reports)).toEqual(
			[OTHER_GATE],
		)
	})

	it('[C3] keeps a flag that the game clears at the next loading screen', () => {
		const raised = play(playing(standing), world({ igtMs: 61_000, flags: flags(GATE) }))
		const { reports } = play(raised, ...times(5, loading({ flags: flags() })), ...standing)
		expect([...raised.reports, ...reports].map(({ type }) => type)).toEqual(
			expect.arrayContaining(['hold', 'release']),
		)
	})

	it('[C3] finds on the first readable snapshot after a loading screen what was raised during it', () => {
		const { reports } = play(
			playing(standing),
			...times(5, loading()),
			...times(3, world({ igtMs: 65_000, flags: flags(GATE) })),
		)
		expect(ofType(reports, 'event_flag')).toEqual([{ type: 'event_flag', flagId: GATE, igtMs: 65_000 }])
		expect(types(reports)).not.toContain('zone_query')
	})

	it('[C3] tells both flags of a gate that raises two, with one time', () => {
		const { reports } = play(
			playing(standing),
			...times(3, world({ igtMs: 61_000, flags: flags(GATE, OTHER_GATE) })),
			...times(9, loading()),
			...standing,
		)
		expect(ofType(reports, 'hold').map(({ flagId, igtMs }) => [flagId, igtMs])).toEqual([
			[GATE, 61_000],
			[OTHER_GATE, 61_000],
		])
		expect(ofType(reports, 'release')).toHaveLength(1)
	})

	it('[C3] does not tell a temporary flag again when its gate is passed a second time', () => {
		const once = play(
			playing(standing),
			...times(3, world({ flags: flags(GATE) })),
			...times(5, loading()),
			...standing,
		)
		const { reports } = play(
			once,
			...times(3, world({ flags: flags(GATE) })),
			...times(5, loading()),
			...standing,
		)
		expect(told(reports)).toEqual([])
		expect(types(reports)).toContain('zone_query')
	})
})

describe('when flags are told', () => {
	it('[C4] tells of a gate only when its loading screen has ended', () => {
		const passing = play(
			playing(standing),
			...times(4, world({ igtMs: 61_000, flags: flags(GATE) })),
			...times(20, loading({ flags: flags(GATE) })),
		)
		expect(types(passing.reports)).toContain('hold')
		expect(types(passing.reports)).not.toContain('release')
		const { reports } = play(passing, ...times(2, world({ igtMs: 64_000, flags: flags(GATE) })))
		expect(types(reports)).toContain('release')
		expect(types(reports)).not.toContain('zone_query')
	})

	it('[C4] waits for the end of a loading screen of two minutes', () => {
		const passing = play(playing(standing), ...times(3, world({ igtMs: 61_000, flags: flags(GATE) })))
		const waiting = play(passing, ...times(1_200, loading({ flags: flags(GATE) })))
		expect(waiting.reports).toEqual([])
		const { reports } = play(waiting, ...times(2, world({ igtMs: 64_000, flags: flags(GATE) })))
		expect(types(reports)).toEqual(['release', 'status_update'])
	})

	it('[C4] tells of a gate before a crash of the game when the character is back, with the time it was passed', () => {
		const passing = play(playing(standing), ...times(3, world({ igtMs: 61_000, flags: flags(GATE) })))
		const gone = play(passing, ...times(50, away), ...times(20, title()), ...times(20, loading()))
		expect(types([...passing.reports, ...gone.reports])).toEqual(['hold'])
		const { reports } = play(gone, ...times(3, world({ igtMs: 60_500, flags: flags() })))
		expect(types(reports)[0]).toBe('release')
		expect(told(reports)).toEqual([])
	})

	it('[C4] tells of a gate without a loading screen after ten seconds', () => {
		const passed = play(playing(standing), ...times(95, world({ flags: flags(GATE) })))
		expect(types(passed.reports)).not.toContain('release')
		expect(types(play(passed, ...times(10, world({ flags: flags(GATE) }))).reports)).toContain('release')
	})

	it('[C4] tells of the finish at once', () => {
		const { reports } = play(playing(standing), world({ igtMs: 99_000, flags: flags(FINISH) }))
		expect(reports).toEqual([{ type: 'event_flag', flagId: FINISH, igtMs: 99_000 }])
	})

	it('[C4] lets the gate before the finish go first', () => {
		const passed = play(playing(standing), world({ igtMs: 98_000, flags: flags(GATE) }))
		const { reports } = play(passed, world({ igtMs: 99_000, flags: flags(GATE, FINISH) }))
		expect(types(reports)).toEqual(['release', 'event_flag'])
	})

	it('[C10] is silent when restarted after the finish', () => {
		const { reports } = play(
			start(memory({ reported: new Set([FINISH]) })),
			...times(30, world({ deaths: 9, flags: flags(FINISH, GATE) })),
		)
		expect(reports).toEqual([])
	})

	it('[C7] plays on when the finish it told was an old save’s', () => {
		const save = world({ igtMs: 500_000, flags: flags(GATE, FINISH) })
		const found = play(start(memory()), ...times(5, save))
		const refused = { ...found, tracker: oldSave(found.tracker).tracker }
		const fresh = { igtMs: 3_000, character: { name: 'New', slot: 1, newGamePlus: 0 } }
		const { reports } = play(refused, ...times(3, title()), ...times(3, world({ ...fresh, flags: flags() })))
		expect(types(reports)).toContain('status_update')
	})

	it('[C10] says nothing more after the finish', () => {
		const over = play(playing(standing), world({ flags: flags(FINISH) }))
		const { reports } = play(over, ...times(30, world({ deaths: 9, flags: flags(FINISH, GATE) })))
		expect(reports).toEqual([])
	})
})

describe('moves that no gate explains', () => {
	it('[C5] asks for the zone after a loading screen without a new flag, with the time of arrival', () => {
		const { reports } = play(
			playing(standing),
			...times(5, loading()),
			...times(3, world({ igtMs: 66_000, mapId: 'm31_00_00_00', playRegionId: 7, flags: flags() })),
		)
		expect(reports).toEqual([
			{ type: 'status_update', igtMs: 66_000, deaths: 0, mustKeep: false },
			{ type: 'zone_query', mapId: 'm31_00_00_00', position: [1, 2, 3], playRegionId: 7 },
		])
	})

	it('[C5] takes a flicker of a tenth of a second for no loading screen', () => {
		const { reports } = play(playing(standing), loading(), world({ flags: flags() }))
		expect(reports).toEqual([])
	})

	it('[C5] asks for the zone after a quit-out', () => {
		const { reports } = play(playing(standing), ...times(5, title()), ...times(5, loading()), ...standing)
		expect(types(reports)).toContain('zone_query')
	})
})

describe('figures', () => {
	it('[C6] tells them each second while a character is in the world', () => {
		const readings = Array.from({ length: 50 }, (_, poll) => world({ igtMs: 60_000 + poll * 100 }))
		const { reports } = play(playing(standing), ...readings)
		expect(ofType(reports, 'status_update').length).toBe(5)
	})

	it('[C6] goes on telling them when the PC’s clock is set back or forward', () => {
		const { tracker, atMs } = playing(standing)
		const reading = world({ igtMs: 70_000 })
		const back = see(tracker, reading, atMs - 3_600_000)
		expect(types(back.reports)).toEqual(['status_update'])
		expect(types(see(back.tracker, reading, atMs - 3_600_000 + 500).reports)).toEqual([])
		expect(types(see(back.tracker, reading, atMs + 86_400_000).reports)).toEqual(['status_update'])
	})

	it('[C6] tells none in the menu and on loading screens', () => {
		const { reports } = play(playing(standing), ...times(50, loading()), ...times(50, title()))
		expect(reports).toEqual([])
	})

	it.each([
		['a gate', GATE],
		['the finish', FINISH],
	])('[C6] tells a death before %s that came after it', (_what, flag) => {
		const { reports } = play(playing(standing), world({ igtMs: 61_000, deaths: 1, flags: flags(flag) }))
		expect(reports[0]).toEqual({ type: 'status_update', igtMs: 61_000, deaths: 1, mustKeep: true })
		expect(reports).toHaveLength(2)
	})
})

describe('whose progress it is', () => {
	const other = { name: 'Other', slot: 1, newGamePlus: 0 }
	const began = () =>
		play(playing(standing), ...times(3, world({ flags: flags(GATE) })), ...times(3, title()))

	it('[C7] tells nothing of another character', () => {
		const readings = [
			...times(20, world({ character: other, igtMs: 9e6, deaths: 7, flags: flags() })),
			...times(
				20,
				world({ character: other, igtMs: 9e6, deaths: 9, flags: flags(OTHER_GATE, THIRD_GATE, FINISH) }),
			),
			...times(20, loading()),
			...times(
				20,
				world({ character: other, igtMs: 9e6, deaths: 9, flags: flags(OTHER_GATE, THIRD_GATE, FINISH) }),
			),
		]
		const { reports, tracker } = play(began(), ...readings)
		expect(reports.filter(({ type }) => type !== 'release')).toEqual([
			{ type: 'notice', notice: 'other_character' },
		])
		expect(tracker.finished).toBe(false)
	})

	it('[C7] goes on when the right character comes back', () => {
		const visited = play(began(), ...times(5, world({ character: other })), ...times(3, title()))
		const { reports } = play(visited, ...times(3, world({ igtMs: 70_000, flags: flags(GATE, OTHER_GATE) })))
		expect(told(reports)).toEqual([OTHER_GATE])
	})

	it('[C7] remembers over a restart whose run it is', () => {
		const { reports } = play(
			start(memory({ character: other, reported: new Set([GATE]) })),
			...times(20, world({ flags: flags(GATE, OTHER_GATE) })),
		)
		expect(types(reports)).toEqual(['notice'])
	})

	it('[C7] takes a new character for the run as long as no gate was passed', () => {
		const fresh = { character: other, igtMs: 3_000, flags: flags() }
		const { reports } = play(playing(standing), ...times(3, title()), ...times(3, world(fresh)))
		expect(reports[0]).toEqual({ type: 'character', character: other })
	})

	it('[C7] says when an older save was loaded, and tells its figures at once', () => {
		const later = play(playing(standing), world({ igtMs: 200_000, flags: flags() }), ...times(3, title()))
		const { reports } = play(later, ...times(2, world({ igtMs: 90_000, flags: flags() })))
		expect(reports.slice(0, 2)).toEqual([
			{ type: 'notice', notice: 'older_save' },
			{ type: 'status_update', igtMs: 90_000, deaths: 0, mustKeep: true },
		])
	})

	it('[C7] takes a time that falls for an instant, without a load, for a failed read', () => {
		const { reports } = play(playing(standing), ...times(5, world({ igtMs: 1, deaths: 0 })), ...standing)
		expect(types(reports)).not.toContain('notice')
	})

	it('[C7] says when a new journey began', () => {
		const plus = world({ character: { name: 'Tarnished', slot: 0, newGamePlus: 1 }, flags: flags() })
		const { reports } = play(playing(standing), ...times(5, loading()), ...times(5, plus))
		expect(ofType(reports, 'notice')).toEqual([{ type: 'notice', notice: 'new_game_plus' }])
	})

	const wrong: [string, Partial<Parameters<typeof world>[0]>][] = [
		['a play time', { igtMs: 20 * 3_600_000 }],
		['a death count', { deaths: 5_000 }],
	]
	it.each(wrong)('[C7] knows a wrong save by %s that no new run can have', (_what, figures) => {
		const { reports } = play(start(memory()), ...times(30, world({ ...figures, flags: flags(GATE) })))
		expect(reports).toEqual([{ type: 'notice', notice: 'wrong_save' }])
	})

	it('[C7] lets the server know of a wrong save by several gates, and keeps them for the right one', () => {
		const save = world({ igtMs: 20 * 3_600_000, flags: flags(GATE, OTHER_GATE) })
		const { reports, tracker } = play(start(memory()), ...times(30, save))
		expect(types(reports)).toEqual(['notice', 'event_flag', 'event_flag', 'forget'])
		expect(tracker.memory.reported.size).toBe(0)
	})

	it('[C7] waits for another character when the server refused the save', () => {
		const save = world({ igtMs: 500_000, flags: flags(GATE, OTHER_GATE) })
		const found = play(start(memory()), ...times(5, save))
		const refused = oldSave(found.tracker)
		expect(refused.reports[0]).toEqual({ type: 'forget', flags: [GATE, OTHER_GATE] })
		const silent = play({ ...found, tracker: refused.tracker }, ...times(30, save), ...times(3, title()))
		expect(silent.reports).toEqual([])
		const fresh = { igtMs: 3_000, character: other }
		const again = play(silent, ...times(3, world({ ...fresh, flags: flags() })))
		expect(told(play(again, world({ ...fresh, flags: flags(GATE) })).reports)).toEqual([GATE])
	})

	it('[C7] takes a new character that bears the refused one’s name', () => {
		const found = play(
			start(memory()),
			...times(5, world({ igtMs: 500_000, flags: flags(GATE, OTHER_GATE) })),
		)
		const refused = { ...found, tracker: oldSave(found.tracker).tracker }
		const again = play(refused, ...times(3, title()), ...times(3, world({ igtMs: 3_000, flags: flags() })))
		expect(told(play(again, world({ igtMs: 9_000, flags: flags(GATE) })).reports)).toEqual([GATE])
	})
})
