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

export function date(day: Date, locale?: string): string {
	return new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(day)
}

const steps: [Intl.RelativeTimeFormatUnit, number, number][] = [
	['minute', 60, 3_600],
	['hour', 3_600, 22 * 3_600],
	['day', 86_400, 6.5 * 86_400],
]
