import * as eventFlags from './event-flags.ts'
import { readGameData } from './game-data.ts'
import { isObjectAddress, readPointer, readU32, type Memory } from './memory.ts'
import type { Image } from './pe.ts'
import { REQUIRED, type StaticName } from './signatures.ts'

/** Where the statics stand in memory; null for one that was not found. */
export type Statics = Readonly<Record<StaticName, bigint | null>>

export type Check =
	| { state: 'ready' }
	/** The game has not made these yet. */
	| { state: 'missing'; names: readonly StaticName[] }
	/** Something else stands there: one sentence for each. */
	| { state: 'wrong'; problems: readonly string[] }

/** How the program itself calls the classes of these objects. */
const CLASSES: Partial<Record<StaticName, string>> = {
	WorldChrMan: '.?AVWorldChrManImp@CS@@',
	MenuMan: '.?AVCSMenuManImp@CS@@',
}

/**
 * Whether what the statics point to is what it should be. A place found by signature may be another one in a new
 * version, and then holds plausible garbage.
 */
export function check(memory: Memory, base: bigint, image: Image, statics: Statics): Check {
	const missing: StaticName[] = []
	const problems: string[] = []
	for (const name of REQUIRED) {
		const object = statics[name] === null ? null : readPointer(memory, statics[name])
		// There is no world before the first character, in some versions.
		if (object === null || object === 0n) {
			if (name !== 'WorldChrMan') missing.push(name)
			continue
		}
		const problem = isObjectAddress(object)
			? checkObject(memory, { base, image, name, object })
			: `${name} points to 0x${object.toString(16)}, where no object can be`
		if (problem === 'not_yet') missing.push(name)
		else if (problem !== null) problems.push(problem)
	}
	if (problems.length > 0) return { state: 'wrong', problems }
	return missing.length > 0 ? { state: 'missing', names: missing } : { state: 'ready' }
}

type Found = { base: bigint; image: Image; name: StaticName; object: bigint }

function checkObject(memory: Memory, found: Found): string | 'not_yet' | null {
	switch (found.name) {
		case 'GameDataMan': {
			const gameData = readGameData(memory, found.object)
			if (!gameData) return 'GameDataMan cannot be read'
			return gameData === 'impossible' ? 'GameDataMan holds an impossible time or number of deaths' : null
		}
		case 'EventFlagMan': {
			const blocks = eventFlags.readBlocks(memory, found.object)
			if (!blocks) return 'EventFlagMan cannot be read'
			if (blocks.divisor === 0) return 'not_yet'
			if (eventFlags.isInitialised(blocks)) return null
			return `EventFlagMan has ${blocks.blockCount} blocks of ${blocks.blockBytes} bytes for ${blocks.divisor} flags`
		}
		case 'WorldChrMan':
		case 'MenuMan': {
			const name = className(memory, found)
			return name === CLASSES[found.name] ? null : `${found.name} is a ${name ?? 'nameless thing'}`
		}
		case 'FieldArea':
		case 'GameMan':
			return null
	}
}

const LONGEST_NAME = 64

/**
 * The name of an object's class, from what the compiler left beside its table of virtual functions: a pointer
 * before the table leads to a record, that names a type by its distance from the image's begin.
 */
export function className(memory: Memory, { base, image, object }: Omit<Found, 'name'>): string | null {
	const isInImage = (address: bigint) => address >= base && address < base + BigInt(image.sizeBytes)
	const table = readPointer(memory, object)
	const locator = table !== null && isInImage(table) ? readPointer(memory, table - 8n) : null
	const type = locator !== null && isInImage(locator) ? readU32(memory, locator + 0xcn) : null
	const bytes = type === null ? null : memory.read(base + BigInt(type) + 0x10n, LONGEST_NAME)
	const end = bytes?.indexOf(0) ?? -1
	return bytes && end > 0 ? bytes.toString('latin1', 0, end) : null
}
