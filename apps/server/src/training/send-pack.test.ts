import { diamond } from '@speedfog/core/graph/testing'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readlink } from 'node:fs/promises'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testApp, TRAINING_POOL } from '#http/testing.ts'
import type { TestApp } from '#http/testing.ts'
import { makeZip } from '#packs/testing.ts'

/** Where Linux shows what this process has open. */
const OPEN = '/proc/self/fd'

let server: TestApp
beforeAll(async () => {
	server = await testApp()
	await server.put('training_standard/config.toml', TRAINING_POOL)
	const graph = JSON.stringify(diamond().json)
	// More than lies between two ends of a line.
	const zip = await makeZip(
		{ 'a/graph.json': graph, 'a/big.bin': randomBytes(32 * 2 ** 20) },
		{ stored: true },
	)
	await server.put('training_standard/seed_big.zip', zip)
	await server.scan()
})
afterAll(() => server.close())

it.runIf(existsSync(OPEN))('gives up a download that nobody reads, with all that it held', async () => {
	const token = await server.signIn('Anna')
	const run = await server.call({ method: 'POST', url: '/api/training', as: token })
	const { id } = run.json<{ id: string }>()
	await server.app.listen({ host: '127.0.0.1', port: 0 })
	const http = server.app.server
	expect(http.timeout).toBe(120_000)
	http.timeout = 300
	const socket = connect((http.address() as AddressInfo).port, '127.0.0.1')
	const head = [
		`GET /api/training/${id}/pack HTTP/1.1`,
		'Host: localhost:8000',
		`Authorization: Bearer ${token}`,
	]
	socket.write(`${head.join('\r\n')}\r\n\r\n`)
	await once(socket, 'readable')
	expect(await openZips()).toBe(1)
	await expect.poll(openZips).toBe(0)
	socket.resume()
	await once(socket, 'close')
	expect(socket.bytesRead).toBeLessThan(32 * 2 ** 20)
})

/** How often this process has a seed open. */
async function openZips(): Promise<number> {
	const open = await readdir(OPEN)
	const files = await Promise.all(open.map((fd) => readlink(join(OPEN, fd)).catch(() => '')))
	return files.filter((file) => file.endsWith('seed_big.zip')).length
}
