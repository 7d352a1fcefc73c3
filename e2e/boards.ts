import { get } from 'node:http'

/** What a companion shows of the game, as far as tests look at it. */
export type Shown = { igtMs: number; deaths: number; ticking: boolean; link: string }

/** Listens to what the overlay of a companion is told. */
export async function follow(overlay: string): Promise<{ latest(): Shown | null; close(): void }> {
	let text = ''
	let latest: Shown | null = null
	const request = get(`${overlay}/boards`)
	// It ends with the companion, however that ends.
	request.on('error', () => {})
	request.on('response', (response) => {
		response.setEncoding('utf8')
		response.on('error', () => {})
		response.on('data', (chunk: string) => {
			const parts = `${text}${chunk}`.split('\n\n')
			text = parts.pop()!
			const last = parts.findLast((part) => part.startsWith('data: '))
			if (last) latest = JSON.parse(last.slice('data: '.length)) as Shown
		})
	})
	await new Promise((resolve, reject) => request.once('response', resolve).once('error', reject))
	return { latest: () => latest, close: () => void request.destroy() }
}
