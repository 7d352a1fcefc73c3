import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startTestServer } from './testing.ts'

describe('x', () => {
	it('works', async () => {
		const server = await startTestServer()
		const { token } = await server.signIn('anna')
		const answer = await fetch(`${server.url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } })
		expect(await answer.json()).toMatchObject({ twitch_username: 'anna' })
		await server.close()
	})
})
