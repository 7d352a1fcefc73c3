import { openStandIns } from '../apps/companion/src/game/testing/stand-in/stand-in.ts'

/** A process that looks like the game from outside, and shows what it is told. */
export type ToldGame = {
	/** Each is one letter and what it is to be; see `wine-game/eldenring.c`. */
	show(...lines: string[]): Promise<void>
	/** At once, as a crash does. */
	kill(): Promise<void>
}

export type ToldGames = {
	/** `groups`: the thousands of the flags that there are to be. */
	start(groups: readonly number[]): Promise<ToldGame>
	close(): Promise<void>
}

type StandIn = Awaited<ReturnType<Awaited<ReturnType<typeof openStandIns>>['start']>>
type Scene = Parameters<StandIn['show']>[0]

/** Processes of Linux. */
export async function openToldGames(): Promise<ToldGames> {
	const standIns = await openStandIns()
	return {
		async start(groups) {
			const standIn = await standIns.start('2.6.2', groups)
			return {
				async show(...lines) {
					for (const line of lines) await standIn.show(sceneOf(line[0]!, line.slice(2)))
				},
				kill: () => standIn.kill(),
			}
		},
		close: () => standIns.close(),
	}
}

function sceneOf(letter: string, what: string): Scene {
	const words = what.split(' ')
	const numbers = words.map(Number)
	switch (letter) {
		case 'm':
			return { managers: what === '1' }
		case 's':
			return { screen: what === '0' ? 'in_game' : what === '1' ? 'loading' : 'title' }
		case 'i':
			return { igtMs: numbers[0]! }
		case 'd':
			return { deaths: numbers[0]! }
		case 'n':
			return { character: what === '-' ? null : { name: what } }
		case 'f':
			return { flags: [{ flag: numbers[0]!, isSet: what.endsWith(' 1') }] }
		case 'p': {
			const [x = 0, y = 0, z = 0] = numbers.slice(1)
			return { player: what === '-' ? null : { mapId: Number.parseInt(words[0]!, 16), position: [x, y, z] } }
		}
	}
	throw new Error(`No game knows ${letter}`)
}
