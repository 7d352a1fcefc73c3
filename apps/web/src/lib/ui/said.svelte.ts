/** What the app last had to say: shown by StatusLine for a few seconds and read out by screen readers. */
export type Saying = { text: string; tone: 'good' | 'bad' }

const shownForMs = 6_000

let current = $state<Saying | null>(null)
let timer: ReturnType<typeof setTimeout> | undefined

export function say(text: string, tone: Saying['tone'] = 'good'): void {
	clearTimeout(timer)
	current = { text, tone }
	timer = setTimeout(hush, shownForMs)
}

function hush(): void {
	clearTimeout(timer)
	current = null
}

export function said(): Saying | null {
	return current
}
