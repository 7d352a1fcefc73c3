/** A run's time as `H:MM:SS`. */
export function clock(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000))
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
	return `${h}:${two(m)}:${two(s)}`
}

/** A stretch of a run: `M:SS`, from an hour on `H:MM:SS`. */
export function stretch(ms: number): string {
	return ms < 3_600_000 ? clock(ms).replace(/^0:0?/, '') : clock(ms)
}

/** A time as people say it: `2 minutes ago`, `yesterday`; older than a week the date. */
export function ago(then: Date, now: Date, locale?: string): string {
	const seconds = (then.getTime() - now.getTime()) / 1000
	if (Math.abs(seconds) < 45) return 'just now'
	const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
	for (const [unit, size, below] of steps)
		if (Math.abs(seconds) < below) return words.format(Math.round(seconds / size), unit)
	const year = then.getFullYear() === now.getFullYear() ? undefined : 'numeric'
	return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year }).format(then)
}

export function exact(then: Date, locale?: string): string {
	return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' }).format(then)
}

const steps: [Intl.RelativeTimeFormatUnit, number, number][] = [
	['minute', 60, 3_600],
	['hour', 3_600, 22 * 3_600],
	['day', 86_400, 7 * 86_400],
]

const two = (n: number) => String(n).padStart(2, '0')
