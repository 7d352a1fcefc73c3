/** `training_boss_shuffle` → `Boss Shuffle`. */
export function poolTitle(poolName: string): string {
	return poolName
		.replace(/^training_/, '')
		.split('_')
		.filter(Boolean)
		.map((word) => word[0]?.toUpperCase() + word.slice(1))
		.join(' ')
}

/** Grouped as people do there. A browser's first such number takes it longer than a page: small ones need none. */
export const number = (n: number): string => (n < 1_000 ? `${n}` : n.toLocaleString())

/** `count(1, 'death')` → `1 death`; `count(3, 'death')` → `3 deaths`. */
export function count(n: number, one: string, many = `${one}s`): string {
	return `${number(n)} ${n === 1 ? one : many}`
}

/** `1536000` → `1.5 MB`. */
export function fileSize(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB']
	const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
	const value = bytes / 1000 ** power
	return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 10 && power > 0 ? 1 : 0 })} ${units[power]}`
}
