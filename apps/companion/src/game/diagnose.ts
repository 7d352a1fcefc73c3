import { setImmediate } from 'node:timers/promises'
import type { Snapshot } from '../snapshot.ts'
import { readBlocks } from './event-flags.ts'
import * as knownStatics from './known-statics.ts'
import { isObjectAddress, readPointer, readU32, type GameProcess, type System } from './memory.ts'
import { FIELD_AREA, GAME_MAN, layoutOf, PLAYER, type Layout } from './offsets.ts'
import * as pe from './pe.ts'
import { addressesOf, versionOf } from './preparation.ts'
import { createReader } from './reader.ts'
import { locate, type Located } from './scan.ts'
import { STATIC_NAMES, toText, type StaticName } from './signatures.ts'
import { check, className, type Statics } from './validate.ts'
import { format, titleVersion, type Version } from './version.ts'

/** Whether there was a game to tell of. */
export type Diagnosis = { found: boolean; lines: readonly string[] }

/**
 * Everything that a bug report needs: what was found where, what is known of that version, and what the game shows
 * now. A character's name is not in it.
 */
export async function diagnose(
	system: System,
	pause: () => Promise<void> = setImmediate,
): Promise<Diagnosis> {
	const attached = attach(system)
	if (typeof attached === 'string') return { found: false, lines: [attached] }
	try {
		return { found: true, lines: await describe(attached, pause) }
	} finally {
		attached.close()
	}
}

function attach(system: System): GameProcess | string {
	const { candidates, antiCheat } = system.look()
	if (antiCheat !== null)
		return `The anti-cheat is running (${antiCheat}): the companion stays away from the game.`
	let why = 'Elden Ring is not running: start it, load a character, and run this again.'
	for (const candidate of candidates) {
		const attachment = system.attach(candidate)
		if (attachment.state === 'attached') return attachment.process
		if (attachment.state === 'refused') why = attachment.why
	}
	return why
}

async function describe(process: GameProcess, pause: () => Promise<void>): Promise<string[]> {
	const { pid, base, imageBytes, exePath } = process
	const lines = [`Process ${pid}, ${exePath ?? 'path unknown'}, ${imageBytes} bytes at ${hex(base)}`]
	const image = pe.readImage(pe.inMemory(process, base))
	if (!image) return [...lines, 'Its headers cannot be read']

	const version = versionOf(process, image)
	const { layout, warning } = layoutOf(version)
	const shown = version ? `${format(version)} (${titleVersion(version)})` : 'unknown'
	lines.push(`Version ${shown}, read by the layout of ${format(layout.from)} and later`)
	if (!layout.confirmed)
		lines.push('No player has confirmed this layout yet: please report whether the snapshot is right')
	if (warning) lines.push(warning)

	const located = await locate({ memory: process, base, image, pause }, true)
	lines.push(...describeSignatures(located, version))
	const statics = addressesOf(located, base)
	lines.push(...describeObjects(process, image, statics))
	lines.push(...describeCheck(process, image, statics))
	lines.push(...describeRaw(process, statics, layout))
	return [...lines, ...describeSnapshot(createReader(process, statics, layout).read())]
}

/** Signatures with their hits, and each static against where it was found in that version before. */
function describeSignatures(located: Located, version: Version | null): string[] {
	const known = version && knownStatics.find(version)
	return STATIC_NAMES.flatMap((name) => {
		const { rva, tried } = located[name]
		const expected = known?.[name]
		const agreement =
			expected === undefined
				? 'not known before'
				: expected === rva
					? 'as known'
					: `known as ${hex(expected)}`
		return [
			`${name} ${rva === null ? 'not found' : hex(rva)}, ${agreement}`,
			...tried.map(({ signature, hits }) => {
				const places = hits.slice(0, 3).map(({ rva, staticRva }) => `${hex(rva)} → ${hex(staticRva)}`)
				return `  ${hits.length} × ${toText(signature)}${places.length > 0 ? `: ${places.join(', ')}` : ''}`
			}),
		]
	})
}

function describeObjects(process: GameProcess, image: pe.Image, statics: Statics): string[] {
	return STATIC_NAMES.map((name) => {
		const object = find(process, statics, name)
		if (object === null) return `${name}: no object`
		return `${name}: object at ${hex(object)}, ${className(process, { base: process.base, image, object }) ?? 'no class'}`
	})
}

function describeCheck(process: GameProcess, image: pe.Image, statics: Statics): string[] {
	const manager = find(process, statics, 'EventFlagMan')
	const blocks = manager === null ? null : readBlocks(process, manager)
	const found = check(process, process.base, image, statics)
	const verdict =
		found.state === 'ready'
			? 'All is as it should be'
			: found.state === 'missing'
				? `Not there yet: ${found.names.join(', ')}`
				: `Not as it should be: ${found.problems.join(', ')}`
	return [
		verdict,
		blocks
			? `Flags: ${blocks.groupCount} groups, ${blocks.blockCount} blocks of ${blocks.blockBytes} bytes, divisor ${blocks.divisor}`
			: 'Flags: cannot be read',
	]
}

/** Values whose places are guesses in some versions, as they stand there. */
function describeRaw(process: GameProcess, statics: Statics, layout: Layout): string[] {
	const menu = find(process, statics, 'MenuMan')
	const field = find(process, statics, 'FieldArea')
	const gameMan = find(process, statics, 'GameMan')
	const world = find(process, statics, 'WorldChrMan')
	const player = world === null ? null : readPointer(process, world + BigInt(layout.worldChr.player))
	const at = (object: bigint | null, offset: number, length: number) =>
		object === null
			? 'none'
			: (process.read(object + BigInt(offset), length)?.toString('hex') ?? 'unreadable')
	const region = field === null ? null : readU32(process, field + BigInt(FIELD_AREA.playRegion))
	return [
		`Screen bytes ${at(menu, layout.menu.screen, 4)}, timer ${at(menu, layout.menu.timer, 4)}, fade ${at(menu, layout.menu.fade, 1)}`,
		`Region of the field ${region}, save slot ${at(gameMan, GAME_MAN.saveSlot, 4)}`,
		`Player from ${hex(PLAYER.at)}: ${at(player === 0n ? null : player, PLAYER.at, PLAYER.bytes)}`,
	]
}

function describeSnapshot(snapshot: Snapshot): string[] {
	const { character, position, ...rest } = snapshot
	const { igtMs, deaths, screen, playerPresent, mapId, playRegionId } = rest
	return [
		`Time ${igtMs} ms, deaths ${deaths}, screen ${screen}, player ${playerPresent}`,
		`Map ${mapId}, position ${position?.map((axis) => axis.toFixed(2)).join(' ') ?? null}, region ${playRegionId}`,
		character
			? `Character with a name of ${character.name.length} letters, journey ${character.newGamePlus + 1}`
			: 'No character',
	]
}

function find(process: GameProcess, statics: Statics, name: StaticName): bigint | null {
	const address = statics[name]
	const object = address === null ? null : readPointer(process, address)
	return object !== null && isObjectAddress(object) ? object : null
}

const hex = (value: number | bigint) => `0x${value.toString(16)}`
