import type { Character, Reading, Snapshot } from '../snapshot.ts'
import { isOtherCharacter, isWrongSave } from './character.ts'
import { sceneOf, type Scene } from './scene.ts'

/** What is known of the run before the game is looked at: from the server, or from disk while it is away. */
export type Memory = {
	watch: Watch
	/** Flags that this session has been told already; none of them is ever told again (C2). */
	reported: ReadonlySet<number>
	/** Whose progress this run is; null until a character was seen. */
	character: Character | null
	/** The server's clock when the run was made. */
	startedAtMs: number
	/** The play time the server stands at. */
	knownIgtMs: number
}

export type Watch = { flags: readonly number[]; finishFlag: number }

/** What is to be done about a snapshot, in this order. */
export type Report =
	| { type: 'status_update'; igtMs: number; deaths: number; mustKeep: boolean }
	| { type: 'event_flag'; flagId: number; igtMs: number }
	/** A gate that was just passed: kept at once, sent at the next `release` (C4). */
	| { type: 'hold'; flagId: number; igtMs: number }
	| { type: 'release' }
	| { type: 'zone_query'; mapId: string | null; position: Snapshot['position']; playRegionId: number | null }
	/** From now on the run is this character's. */
	| { type: 'character'; character: Character }
	/** These flags were another save's: they may be reported again. */
	| { type: 'forget'; flags: readonly number[] }
	| { type: 'notice'; notice: Notice }

export type Notice = 'other_character' | 'wrong_save' | 'older_save' | 'new_game_plus'

export type Tracker = {
	memory: Memory
	/** The last scene seen in two polls running. */
	scene: Scene
	/** A scene seen in the last poll only, with the play time it had. */
	unsettled: { scene: Scene; igtMs: number } | null
	/** The farthest the player was away from the world since he last stood in it; null while he stands in it. */
	away: 'loading' | 'menu' | null
	/** The character in the world, or the last one that was. */
	loaded: Loaded | null
	/** Flags as last seen, by character: what another character or the title screen shows does not count. */
	seenFlags: ReadonlyMap<string, ReadonlyMap<number, boolean>>
	lastFlags: ReadonlyMap<number, boolean> | null
	lastStatus: { igtMs: number; deaths: number; atMs: number } | null
	heldSinceMs: number | null
	/** Flags found set at the first sight of a character: an old save's, if the server says so. */
	foundSet: readonly number[]
	finished: boolean
}

type Loaded = {
	character: Character | null
	/** `other` is another player's character, `wrong` a save that cannot be this run's: both go unreported. */
	role: 'run' | 'other' | 'wrong'
	/** The first character this companion saw: what its save holds already is told, and the server judges. */
	firstSight: boolean
	igtMs: number
	deaths: number
	/** Polls in a row whose play time was below the last one without a load between. */
	fallenPolls: number
}

export type Seen = { tracker: Tracker; reports: readonly Report[] }

const STATUS_EVERY_MS = 1_000
/** A gate without a loading screen is told after this. */
const HELD_AT_MOST_MS = 10_000
/** Less than this is the clock's own unevenness. */
const IGT_FALL_MS = 1_000
/** A fall without a load is a failed read, unless it lasts. */
const FALLEN_POLLS = 10

export function start(memory: Memory): Tracker {
	return {
		memory,
		scene: 'away',
		unsettled: null,
		away: 'menu',
		loaded: null,
		seenFlags: new Map(),
		lastFlags: null,
		lastStatus: null,
		heldSinceMs: null,
		foundSet: [],
		finished: memory.reported.has(memory.watch.finishFlag),
	}
}

/** Looks at one poll of the game. */
export function see(before: Tracker, reading: Reading, atMs: number): Seen {
	const scene = sceneOf(reading)
	if (before.finished || scene === 'unknown') return { tracker: before, reports: nothing }
	const igtMs = reading.state === 'read' ? (reading.snapshot.igtMs ?? 0) : 0
	if (scene !== before.scene && scene !== before.unsettled?.scene) {
		return { tracker: { ...before, unsettled: { scene, igtMs } }, reports: nothing }
	}
	const arrivedIgtMs = scene === before.scene ? igtMs : (before.unsettled?.igtMs ?? igtMs)
	const tracker: Tracker = { ...before, scene, unsettled: null }
	if (scene !== 'world' || reading.state !== 'read') {
		tracker.away = scene === 'loading' && tracker.away !== 'menu' ? 'loading' : 'menu'
		return { tracker, reports: nothing }
	}
	const reports: Report[] = []
	lookAround(tracker, reading.snapshot, { atMs, arrivedIgtMs }, reports)
	return { tracker, reports }
}

/** The server was heard: it may know more of the run than the disk did. */
export function greeted(tracker: Tracker, known: { watch: Watch; knownIgtMs: number }): Tracker {
	return { ...tracker, memory: { ...tracker.memory, ...known } }
}

/** The server refused what was found set as an old save's: the run waits for another character (P18). */
export function oldSave(tracker: Tracker): Seen {
	const reported = new Set(tracker.memory.reported)
	for (const flag of tracker.foundSet) reported.delete(flag)
	return {
		tracker: {
			...tracker,
			memory: { ...tracker.memory, reported, character: null },
			loaded: tracker.loaded && { ...tracker.loaded, role: 'wrong' },
			foundSet: [],
			finished: reported.has(tracker.memory.watch.finishFlag),
		},
		reports: [
			{ type: 'forget', flags: tracker.foundSet },
			{ type: 'notice', notice: 'wrong_save' },
		],
	}
}

type Instant = { atMs: number; arrivedIgtMs: number }

/** The player stands in the world. Changes `tracker`, which is the caller's own. */
function lookAround(tracker: Tracker, snapshot: Snapshot, instant: Instant, reports: Report[]) {
	const { away } = tracker
	const figures = { igtMs: snapshot.igtMs ?? 0, deaths: snapshot.deaths ?? 0, atMs: instant.atMs }
	if (away === 'menu' || !tracker.loaded || isOtherCharacter(tracker.loaded.character, snapshot.character)) {
		loadCharacter(tracker, snapshot, instant, reports)
	}
	const loaded = tracker.loaded as Loaded
	const fell = figures.igtMs < loaded.igtMs - IGT_FALL_MS
	if (fell && away === null && loaded.fallenPolls < FALLEN_POLLS) {
		tracker.loaded = { ...loaded, fallenPolls: loaded.fallenPolls + 1 }
		return
	}
	const character = snapshot.character ?? loaded.character
	const isRun = loaded.role === 'run'
	if (isRun && (character?.newGamePlus ?? 0) > (loaded.character?.newGamePlus ?? 0)) {
		reports.push({ type: 'notice', notice: 'new_game_plus' })
	}
	tracker.away = null
	tracker.loaded = { ...loaded, ...pick(figures), character, fallenPolls: 0 }

	if (isRun && fell) {
		reports.push({ type: 'notice', notice: 'older_save' })
		// Without it the gates of the older save would look late to the server.
		tellStatus(tracker, figures, reports, true)
	}
	const heldTooLong =
		tracker.heldSinceMs !== null && instant.atMs - tracker.heldSinceMs >= HELD_AT_MOST_MS && away === null
	const released = tracker.heldSinceMs !== null && (away !== null || heldTooLong)
	if (released) {
		tracker.heldSinceMs = null
		reports.push({ type: 'release' })
	}
	const newFlags = noticeFlags(tracker, snapshot)
	if (loaded.role === 'wrong') tellWrongSave(newFlags, figures.igtMs, reports)
	if (!isRun) return

	const { finishFlag } = tracker.memory.watch
	if (newFlags.length > 0) {
		tellDeaths(tracker, figures, reports)
		tracker.memory = { ...tracker.memory, reported: new Set([...tracker.memory.reported, ...newFlags]) }
	}
	for (const flagId of newFlags.filter((flag) => flag !== finishFlag)) {
		const type = away === null ? 'hold' : 'event_flag'
		if (type === 'hold') tracker.heldSinceMs ??= instant.atMs
		reports.push({ type, flagId, igtMs: figures.igtMs })
	}
	if (newFlags.includes(finishFlag)) {
		if (tracker.heldSinceMs !== null) reports.push({ type: 'release' })
		reports.push({ type: 'event_flag', flagId: finishFlag, igtMs: figures.igtMs })
		tracker.finished = true
		return
	}
	if (away !== null && !released && newFlags.length === 0) {
		// The server has no other clock for a move than the last status.
		tellStatus(tracker, { ...figures, igtMs: Math.min(instant.arrivedIgtMs, figures.igtMs) }, reports)
		const { mapId, position, playRegionId } = snapshot
		reports.push({ type: 'zone_query', mapId, position, playRegionId })
	}
	const since = tracker.lastStatus ? instant.atMs - tracker.lastStatus.atMs : STATUS_EVERY_MS
	// A negative span: the PC's clock was set back.
	if (since >= STATUS_EVERY_MS || since < 0) tellStatus(tracker, figures, reports)
}

/** A character came into the world from the title screen, or the companion sees one for the first time. */
function loadCharacter(tracker: Tracker, snapshot: Snapshot, { atMs }: Instant, reports: Report[]) {
	const { memory, loaded } = tracker
	const character = snapshot.character ?? loaded?.character ?? null
	const same = loaded !== null && !isOtherCharacter(loaded.character, character)
	const firstSight = loaded === null || (same && loaded.firstSight)
	const igtMs = snapshot.igtMs ?? 0
	let role: Loaded['role'] = 'run'
	// A new character may bear the name of the one that was deleted for it.
	if (same && loaded.role === 'wrong' && igtMs > FRESH_IGT_MS) {
		role = 'wrong'
	} else if (isOtherCharacter(memory.character, character)) {
		// Someone who starts over before the first gate plays this run with the new character.
		if (memory.reported.size > 0 || igtMs > FRESH_IGT_MS) role = 'other'
	} else if (memory.character === null && isWrongSave(snapshot, memory, atMs)) {
		role = 'wrong'
	}
	if (role === 'run' && character && (!memory.character || isOtherCharacter(memory.character, character))) {
		tracker.memory = { ...memory, character }
		reports.push({ type: 'character', character })
	}
	if (role === 'other' && !(same && loaded.role === 'other')) {
		reports.push({ type: 'notice', notice: 'other_character' })
	}
	if (role === 'wrong' && !(same && loaded.role === 'wrong')) {
		reports.push({ type: 'notice', notice: 'wrong_save' })
	}
	tracker.loaded = {
		character,
		role,
		firstSight,
		igtMs: same ? loaded.igtMs : igtMs,
		deaths: snapshot.deaths ?? 0,
		fallenPolls: 0,
	}
	tracker.lastFlags = null
}

const FRESH_IGT_MS = 60_000

/** Watched flags that count from now on (C2), ascending. */
function noticeFlags(tracker: Tracker, { flags }: Snapshot): number[] {
	if (flags === tracker.lastFlags) return []
	tracker.lastFlags = flags
	const loaded = tracker.loaded as Loaded
	const key = keyOf(loaded.character)
	const seen = new Map(tracker.seenFlags.get(key))
	const fresh: number[] = []
	const found: number[] = []
	for (const flag of tracker.memory.watch.flags) {
		const isSet = flags.get(flag)
		if (isSet === undefined) continue
		const was = seen.get(flag)
		seen.set(flag, isSet)
		if (!isSet || was === true || tracker.memory.reported.has(flag)) continue
		if (was === false) fresh.push(flag)
		else if (loaded.firstSight) found.push(flag)
	}
	tracker.seenFlags = new Map(tracker.seenFlags).set(key, seen)
	if (found.length > 0) tracker.foundSet = [...tracker.foundSet, ...found]
	return [...fresh, ...found].sort((a, b) => a - b)
}

/** The server knows an old save by several gates at one time and says so on the run's page; by one it cannot. */
function tellWrongSave(flags: readonly number[], igtMs: number, reports: Report[]) {
	if (flags.length < 2) return
	for (const flagId of flags) reports.push({ type: 'event_flag', flagId, igtMs })
	reports.push({ type: 'forget', flags })
}

type Figures = { igtMs: number; deaths: number; atMs: number }

/** Deaths are charged to the zone the server believes the player in: they go before what moves him (C6). */
function tellDeaths(tracker: Tracker, figures: Figures, reports: Report[]) {
	if (figures.deaths !== (tracker.lastStatus?.deaths ?? 0)) tellStatus(tracker, figures, reports)
}

function tellStatus(tracker: Tracker, figures: Figures, reports: Report[], isNews = false) {
	const last = tracker.lastStatus
	const mustKeep = isNews || !last || figures.deaths !== last.deaths || figures.igtMs < last.igtMs
	tracker.lastStatus = figures
	reports.push({ type: 'status_update', ...pick(figures), mustKeep })
}

const pick = ({ igtMs, deaths }: Figures) => ({ igtMs, deaths })

/** NG+ is the same character. */
function keyOf(character: Character | null): string {
	return character ? `${character.slot ?? ''}:${character.name}` : ''
}

const nothing: readonly Report[] = []
