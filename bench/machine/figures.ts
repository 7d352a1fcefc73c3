export function median(values: readonly number[]): number {
	return percentile(values, 0.5)
}

/** `share` from 0 to 1; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
	const sorted = Float64Array.from(values).sort()
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
