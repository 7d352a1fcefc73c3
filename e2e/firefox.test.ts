import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Firefox, firefoxPath } from './firefox.ts'
import { HandMod } from './hand-mod.ts'
import { send, signIn } from './player.ts'
import { ServerProcess } from './server.ts'

/** What a key of the keyboard is called in WebDriver. */
const ENTER = '\uE007'

describe.runIf(firefoxPath)('a visitor with Firefox (needs it: apt-get install firefox-esr)', () => {
	let server: ServerProcess
	let firefox: Firefox

	beforeAll(async () => {
		;[server, firefox] = await Promise.all([ServerProcess.start(), Firefox.launch(firefoxPath!)])
	})

	afterAll(async () => {
		await firefox?.close()
		await server?.remove()
	})

	it('signs in, starts a run, watches it live to its end, and finds it in the history', async () => {
		await firefox.goto(server.url)
		await firefox.click({ role: 'textbox', name: 'Your name' })
		await firefox.type(`renard${ENTER}`)
		await firefox.click({ role: 'button', name: 'Start a Sprint run' })
		await firefox.find({ role: 'heading', name: 'Training — Sprint' })
		const [, id] = /training\/([^?#]+)/.exec(await firefox.evaluate('location.href'))!

		const { token } = await signIn(server.url, 'renard')
		const mod = await HandMod.join(id!, async (path) =>
			Buffer.from(await (await send(server.url + path, { token })).arrayBuffer()),
		)
		await expect.poll(() => firefox.text()).toContain('Live')
		mod.status(60_000, 0)
		await expect.poll(() => firefox.text()).toContain('0:01:02')
		const [next] = mod.graph.nodes.get(mod.graph.startNode)!.next
		mod.status(64_000, 3)
		mod.go(next!)
		await expect.poll(rows).toBe('2')
		mod.finish(90_000)
		await expect.poll(() => firefox.text()).toContain('Finished')
		mod.leave()

		await firefox.click({ role: 'link', name: 'All runs' })
		await firefox.find({ role: 'link', name: 'Sprint' })
		await expect.poll(() => firefox.text()).toContain('0:01:30')
		await firefox.goto(`${server.url}/settings?tab=overlay`)
		await firefox.find({ role: 'slider', name: 'Size' })
		expect(firefox.complaints).toEqual([])
	}, 180_000)

	/** Of the log of zones. */
	function rows(): Promise<string> {
		return firefox.evaluate(`String(document.querySelectorAll('[aria-labelledby=log] tbody tr').length)`)
	}
})
