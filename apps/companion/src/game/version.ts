/** As Windows counts versions: four numbers. */
export type Version = readonly [number, number, number, number]

export function parse(text: string): Version {
	const [major = 0, minor = 0, patch = 0, build = 0] = text.split('.').map(Number)
	return [major, minor, patch, build]
}

export function format(version: Version): string {
	return version.join('.')
}

/** Below zero where `a` is the older one. */
export function compare(a: Version, b: Version): number {
	const index = a.findIndex((number, place) => number !== b[place])
	return index < 0 ? 0 : a[index]! - b[index]!
}

/** As the title screen counts: 1.9.1 is 1.09.1 there, and 2.6.2 is 1.16.2. The last number tells the edition. */
export function titleVersion([major, minor, patch]: Version): string {
	const shown = major === 1 ? String(minor).padStart(2, '0') : String((major - 1) * 10 + minor)
	return patch === 0 ? `1.${shown}` : `1.${shown}.${patch}`
}
