/** `H:MM:SS`, or `M:SS` below an hour where `short` is asked for; parts of a second are cut off. */
export function format(igtMs: number, { short = false } = {}): string {
	const seconds = Math.floor(Math.max(0, igtMs) / 1000)
	const hours = Math.floor(seconds / 3600)
	const minutes = Math.floor(seconds / 60) % 60
	const tail = `${twoDigits(minutes)}:${twoDigits(seconds % 60)}`
	if (hours > 0 || !short) return `${hours}:${tail}`
	return tail.replace(/^0/, '')
}

/** Time against another: `+0:12`, `−1:02:03`, `±0:00`. The minus is the real one, as wide as the plus. */
export function formatDifference(differenceMs: number): string {
	const amount = format(Math.abs(differenceMs), { short: true })
	if (amount === '0:00') return `±${amount}`
	return `${differenceMs < 0 ? '−' : '+'}${amount}`
}

function twoDigits(n: number): string {
	return String(n).padStart(2, '0')
}
