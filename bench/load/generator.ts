import { setTimeout as sleep } from 'node:timers/promises'
import type { Command, Counted, Finished, Pace, Raced, Rested, Returned, Roster } from './commands.ts'
import { Player } from './player.ts'
import { Tally } from './tally.ts'

/** Plays mods and spectators as it is told over IPC, away from the process that measures. */

const AT_ONCE = 50
/** In which what was sent must have arrived. */
const ARRIVES_WITHIN_MS = 2_000
const LOOK_EVERY_MS = 20

const tally = new Tally()
let players: Player[] = []

process.on('message', (command: Command) => {
	obey(command).then(
		(answer) => process.send!({ answer }),
		(error: unknown) => process.send!({ failure: `${command.do}: ${String(error)}` }),
	)
})
process.on('disconnect', () => process.exit())

async function obey(command: Command): Promise<unknown> {
	switch (command.do) {
		case 'connect':
			return connect(command.roster)
		case 'play':
			return play(command.pace)
		case 'count':
			return count()
		case 'rest':
			return rest()
		case 'finish':
			return finish(command.withinMs)
		case 'race':
			return race(command.seconds)
		case 'hold_on':
			return holdOn()
		case 'all_back':
			return allBack(command.withinMs)
		case 'leave':
			for (const client of clients()) client.leave()
			return undefined
	}
}

async function connect(roster: Roster): Promise<void> {
	players = roster.sessions.map((session) => new Player(session, roster, tally))
	const waiting = [...players]
	const work = async () => {
		for (let player = waiting.pop(); player; player = waiting.pop()) await player.connect()
	}
	await Promise.all(Array.from({ length: AT_ONCE }, work))
}

function play(pace: Pace): void {
	for (const player of players) player.play(pace)
}

function count(): Counted {
	return tally.take()
}

async function rest(): Promise<Rested> {
	for (const player of players) player.rest()
	await sleep(ARRIVES_WITHIN_MS)
	const missing = players.map((player) => player.missing())
	return {
		withoutFigures: missing.reduce((sum, { figures }) => sum + figures, 0),
		withoutZones: missing.reduce((sum, { zones }) => sum + zones, 0),
		closed: tally.closed,
		lengths: tally.lengths,
	}
}

async function finish(withinMs: number): Promise<Finished> {
	for (const player of players) player.finish()
	const unheard = () => players.reduce((sum, { unheardEnds }) => sum + unheardEnds, 0)
	const seconds = await until(() => unheard() === 0, withinMs)
	return { unheard: unheard(), seconds }
}

async function race(seconds: number): Promise<Raced> {
	tally.take()
	const startedMs = performance.now()
	await Promise.all(players.map((player) => player.race(startedMs + seconds * 1_000)))
	const took = (performance.now() - startedMs) / 1_000
	const { latenciesMs } = tally.take()
	return { answered: latenciesMs.length, seconds: took, latenciesMs }
}

function holdOn(): void {
	for (const client of clients()) client.comesBack = true
}

async function allBack(withinMs: number): Promise<Returned> {
	const all = clients()
	const missing = () => all.filter(({ isLive }) => !isLive).length
	const seconds = await until(() => missing() === 0, withinMs)
	const refused = all.reduce((sum, { refused }) => sum + refused, 0)
	return { back: all.length - missing(), of: all.length, refused, seconds }
}

/** How many seconds that took, or how long was waited. */
async function until(isSo: () => boolean, withinMs: number): Promise<number> {
	const startedMs = performance.now()
	while (!isSo() && performance.now() - startedMs < withinMs) await sleep(LOOK_EVERY_MS)
	return (performance.now() - startedMs) / 1_000
}

function clients() {
	return players.flatMap(({ clients }) => clients)
}
