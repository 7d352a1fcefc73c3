/** The game's own names for the objects that are read; each has one pointer to it in the image, its static. */
export const STATIC_NAMES = [
	'GameDataMan',
	'EventFlagMan',
	'WorldChrMan',
	'MenuMan',
	'FieldArea',
	'GameMan',
] as const

export type StaticName = (typeof STATIC_NAMES)[number]

/** Without these there is nothing to report; the others only add to it. */
export const REQUIRED: readonly StaticName[] = ['GameDataMan', 'EventFlagMan', 'WorldChrMan', 'MenuMan']

/** Code that names a static by its distance from the next instruction, in 32 signed bits. */
export type Signature = {
	/** Any byte stands where there is no number. */
	bytes: readonly (number | null)[]
	distanceAt: number
	nextInstructionAt: number
}

export const SIGNATURES: Readonly<Record<StaticName, readonly Signature[]>> = {
	GameDataMan: [
		signature('48 8B 05 ?? ?? ?? ?? 48 85 C0 74 05 48 8B 40 58 C3 C3'),
		signature('48 8B 05 ?? ?? ?? ?? 4C 8B 40 08 4D 85 C0 74 0D 45 0F B6 80 BE 00 00 00 E9 13 00 00 00'),
		signature('48 8B 05 ?? ?? ?? ?? 48 8D 4D C0 41 B8 10 00 00 00 48 8B 10 48 83 C2 1C'),
		signature('48 89 05 ?? ?? ?? ?? 48 83 C4 38 E9'),
	],
	EventFlagMan: [
		signature('48 8B 3D ?? ?? ?? ?? 48 85 FF 74 ?? 48 8B 49'),
		signature('44 89 7C 24 28 4C 8B 25 ?? ?? ?? ?? 4D 85 E4', 8),
		signature('48 8B 3D ?? ?? ?? ?? 48 85 FF 74 53'),
	],
	WorldChrMan: [
		signature(
			'48 8B 05 ?? ?? ?? ?? 48 85 C0 74 0F 48 39 88 ?? ?? ?? ?? 75 06 89 B1 5C 03 00 00 ' +
				'0F 28 05 ?? ?? ?? ?? 4C 8D 45 E7',
		),
		signature('48 8B 05 ?? ?? ?? ?? 48 85 C0 74 0F 48 39 88'),
		signature('48 8B 35 ?? ?? ?? ?? 48 85 F6 ?? ?? BB 01 00 00 00 89 5C 24 20 48 8B B6'),
	],
	MenuMan: [
		signature('48 8B 0D ?? ?? ?? ?? 48 8B 49 08 E8 ?? ?? ?? ?? 48 8B D0 48 8B CE E8 ?? ?? ?? ??'),
		signature('48 8B 0D ?? ?? ?? ?? 48 8B 53 08 48 8B 92 D8 00 00 00 48 83 C4 20 5B'),
		signature('0F 45 F8 48 8B 0D ?? ?? ?? ?? 48 85 C9 75 2E', 6),
	],
	FieldArea: [
		signature(
			'48 8B 0D ?? ?? ?? ?? 48 ?? ?? ?? 44 0F B6 61 ?? E8 ?? ?? ?? ?? 48 63 87 ?? ?? ?? ?? ' +
				'48 ?? ?? ?? 48 85 C0',
		),
		signature('48 8B 3D ?? ?? ?? ?? 49 8B D8 48 8B F2 48 8B E9 48 85 FF 0F 84 B3 00 00 00'),
	],
	GameMan: [
		signature('48 8B 1D ?? ?? ?? ?? 48 8B F8 48 85 DB 74 18 4C 8B 03'),
		signature('48 8B 05 ?? ?? ?? ?? 80 B8 ?? ?? ?? ?? 0D 0F 94 C0 C3'),
		signature('48 8B 05 ?? ?? ?? ?? 48 8B 80 90 0D 00 00 C3'),
	],
}

/** Most are `mov register, [static]`, whose distance follows three bytes and ends the instruction. */
export function signature(text: string, distanceAt = 3): Signature {
	const bytes = text.split(' ').map((byte) => (byte === '??' ? null : Number.parseInt(byte, 16)))
	if (bytes.some((byte) => Number.isNaN(byte)) || bytes.length < distanceAt + 4) {
		throw new Error(`No signature: ${text}`)
	}
	return { bytes, distanceAt, nextInstructionAt: distanceAt + 4 }
}

export function toText({ bytes }: Signature): string {
	return bytes.map((byte) => byte?.toString(16).padStart(2, '0').toUpperCase() ?? '??').join(' ')
}
