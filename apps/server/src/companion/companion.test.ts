import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testApp } from '#http/testing.ts'
import type { TestApp } from '#http/testing.ts'

const EXE = Buffer.from('MZ and so on')
const sha256 = createHash('sha256').update(EXE).digest('hex')
let server: TestApp
let anna: string

beforeAll(async () => {
	server = await testApp()
	anna = await server.signIn('Anna')
})
afterAll(() => server.close())

const get = (url: string, headers = {}) => server.call({ url, as: anna, headers })

describe('the companion’s downloads', () => {
	it('are none where it was not built', async () => {
		expect((await get('/api/companion')).json()).toEqual([])
		expect((await get('/api/companion/windows')).statusCode).toBe(404)
	})

	it('are those that the build made, as soon as it has', async () => {
		await server.put('companion/speedfog-companion.exe', EXE)
		const programs = [
			{ platform: 'windows', file_name: 'speedfog-companion.exe', sha256 },
			{ platform: 'linux', file_name: 'gone', sha256 },
		]
		await server.put('companion/programs.json', JSON.stringify({ version: '1.2.3', programs }))
		const windows = { platform: 'windows', version: '1.2.3', size_bytes: EXE.length, sha256 }
		expect((await get('/api/companion')).json()).toEqual([windows])
	})

	it('come whole, in parts, or not again', async () => {
		const whole = await get('/api/companion/windows')
		expect(whole.rawPayload).toEqual(EXE)
		expect(whole.headers).toMatchObject({
			'content-length': String(EXE.length),
			'content-disposition': 'attachment; filename="speedfog-companion.exe"',
		})
		const part = await get('/api/companion/windows', { range: 'bytes=3-' })
		expect([part.statusCode, part.body]).toEqual([206, 'and so on'])
		expect((await get('/api/companion/windows', { range: 'bytes=99-' })).statusCode).toBe(416)
		const again = await get('/api/companion/windows', { 'if-none-match': String(whole.headers.etag) })
		expect(again.statusCode).toBe(304)
		const head = await server.call({ method: 'HEAD', url: '/api/companion/windows', as: anna })
		expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
			200,
			'',
			String(EXE.length),
		])
	})

	it('are only for systems there are', async () => {
		expect((await get('/api/companion/beos')).statusCode).toBe(422)
	})
})
