import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

const COMPANION = join(import.meta.dirname, '../apps/companion/dist/companion.js')

/**
 * Plays the run on the page with the built companion: downloads its pack, and starts a game that outlives the server.
 * Returns what ends the game.
 */
export async function play(page: Page, speed = 30): Promise<() => Promise<void>> {
	const [, id] = /\/training\/([^/?#]+)/.exec(page.url()) ?? []
	const folder = await mkdtemp(join(tmpdir(), 'speedfog-pack-'))
	const pack = join(folder, 'pack.zip')
	await writeFile(pack, await (await page.request.get(`/api/training/${id}/pack`)).body())
	const args = [COMPANION, 'simulate', '--pack', pack, '--speed', String(speed), '--quiet']
	const child = spawn(process.execPath, args, { stdio: 'ignore' })
	const ended = new Promise((resolve) => child.once('exit', resolve))
	return async () => {
		child.kill()
		await ended
		await rm(folder, { recursive: true, force: true })
	}
}
