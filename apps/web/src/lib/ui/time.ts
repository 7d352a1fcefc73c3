/** A time as people say it: `2 minutes ago`, `yesterday`; older than a week the date. */
export function ago(then: Date, now: Date, locale?: string): string {
	const seconds = (then.getTime() - now.getTime()) / 1000
	if (Math.abs(seconds) < 45) return 'just now'
	for (const [unit, size, below] of steps)
		if (Math.abs(seconds) < below) return inWords(locale).format(Math.round(seconds / size), unit)
	const year = then.getFullYear() === now.getFullYear() ? undefined : 'numeric'
	return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year }).format(then)
}

/** Kept, since it is slow to make. */
const known = new Map<string | undefined, Intl.RelativeTimeFormat>()

function inWords(locale?: string): Intl.RelativeTimeFormat {
	const words = known.get(locale) ?? new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
	known.set(locale, words)
	return words
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
