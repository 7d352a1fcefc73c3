import { OverlaySettings } from '@speedfog/core/protocol/accounts'
import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Board } from './board.ts'
import { openOverlay, type Overlay } from './serve.ts'

const settings = OverlaySettings.parse({ font_size: 31, text_color: '#abcdef' })
const board: Board = {
	link: 'live',
	problem: null,
	igtMs: 1_000,
	ticking: true,
	deaths: 2,
	zone: null,
	progress: null,
	status: 'running',
	waitingFor: null,
	message: null,
}
let overlay: Overlay

beforeEach(async () => {
	overlay = await openOverlay(settings, 0)
})
afterEach(() => overlay.close())

/** Boards as the page gets them, one at a time. */
async function follow(): Promise<() => Promise<Board>> {
	const answer = await fetch(`${overlay.url}/boards`)
	const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
	let text = ''
	return async () => {
		for (;;) {
			const [, found] = /^data: (.*)\n\n/m.exec(text) ?? []
			if (found !== undefined) {
				text = text.slice(text.indexOf(found) + found.length)
				return JSON.parse(found) as Board
			}
			text += (await reader.read()).value ?? ''
		}
	}
}

describe('the overlay’s page', () => {
	it('is at most 30 KiB in one piece, in the size and colours of the pack', async () => {
		const answer = await fetch(overlay.url)
		const html = await answer.text()
		expect(Buffer.byteLength(html)).toBeLessThanOrEqual(30 * 1024)
		expect(html).toContain('font-size: 31px')
		expect(html).toContain('#abcdef')
		expect(html).toMatch(/body \{\s+background: transparent/)
		expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'sha256-/)
	})

	it('gets the board there is, and then each that follows', async () => {
		overlay.show(board)
		const next = await follow()
		expect(await next()).toEqual(board)
		overlay.show({ ...board, deaths: 3 })
		expect(await next()).toMatchObject({ deaths: 3 })
	})

	it('is shown to several at once', async () => {
		const all = await Promise.all([follow(), follow(), follow()])
		overlay.show(board)
		expect(await Promise.all(all.map((next) => next()))).toEqual([board, board, board])
	})

	it('is for nobody but this machine: a name of somebody else that leads here is refused', async () => {
		const status = await new Promise((resolve) => {
			request(overlay.url, { headers: { host: 'attacker.example' } }, ({ statusCode }) =>
				resolve(statusCode),
			).end()
		})
		expect(status).toBe(421)
	})

	it('answers nothing but looks', async () => {
		const statuses = ['/', '/overlay/../etc/passwd', '/nothing'].map(async (path) => {
			const url = new URL(path, overlay.url)
			return (await fetch(url, { redirect: 'manual' })).status
		})
		expect(await Promise.all(statuses)).toEqual([302, 404, 404])
		expect((await fetch(overlay.url, { method: 'POST' })).status).toBe(405)
	})

	it('moves to another port where its own is taken', async () => {
		const { port } = new URL(overlay.url)
		const second = await openOverlay(settings, Number(port))
		expect(second.url).not.toBe(overlay.url)
		expect((await fetch(second.url)).status).toBe(200)
		second.close()
	})
})
