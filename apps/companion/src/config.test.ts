import { OverlaySettings } from '@speedfog/core/protocol/accounts'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

const RUN = '0197c0de-0000-7000-8000-000000000001'
const SEED = '0197c0de-0000-7000-8000-000000000002'

const toml = (fields: Record<string, string | undefined> = {}) => {
	const server: Record<string, string | undefined> = {
		url: '"wss://training.example.org"',
		mod_token: '"secret"',
		race_id: `"${RUN}"`,
		seed_id: `"${SEED}"`,
		training: 'true',
		...fields,
	}
	const lines = Object.entries(server).flatMap(([key, value]) =>
		value === undefined ? [] : [`${key} = ${value}`],
	)
	return `[server]\n${lines.join('\n')}\n[overlay]\nenabled = true\nfont_size = 18.0\n`
}

describe('readConfig', () => {
	it('reads what the server puts into a pack', () => {
		expect(readConfig(toml(), 'x.toml')).toEqual({
			ok: true,
			config: {
				serverUrl: 'wss://training.example.org',
				sessionId: RUN,
				modToken: 'secret',
				seedId: SEED,
				overlay: OverlaySettings.parse({}),
			},
		})
	})

	it('takes how the overlay looks from the pack, and lets nothing that is wrong there keep it from starting', () => {
		const looks = (more: string) => readConfig(toml() + more, 'x.toml')
		const larger = { config: { overlay: { font_size: 18, text_color: '#ffffff' } } }
		expect(looks('text_color = "#ffffff"\n')).toMatchObject(larger)
		const usual = { config: { overlay: OverlaySettings.parse({}) } }
		expect(looks('text_color = "red; }"\n')).toMatchObject(usual)
	})

	it.each([
		['http://localhost:8000', 'ws://localhost:8000'],
		['https://training.example.org/', 'wss://training.example.org'],
		['ws://127.0.0.1:8000', 'ws://127.0.0.1:8000'],
		['wss://example.org/speedfog/', 'wss://example.org/speedfog'],
	])('takes the address %s', (url, serverUrl) => {
		expect(readConfig(toml({ url: `"${url}"` }), 'x.toml')).toMatchObject({ config: { serverUrl } })
	})

	it('does without the seed, which older packs do not name', () => {
		expect(readConfig(toml({ seed_id: undefined }), 'x.toml')).toMatchObject({ config: { seedId: null } })
	})

	const wrong: [string, string, string][] = [
		['no [server]', '[overlay]\nenabled = true', 'x.toml: server is missing.'],
		['[server] as a number', 'server = 3', 'x.toml: server must be a table.'],
		['no address', toml({ url: undefined }), 'x.toml: server.url is missing.'],
		['an address as a number', toml({ url: '8000' }), 'x.toml: server.url must be a text.'],
		[
			'an address that is none',
			toml({ url: '"training"' }),
			'x.toml: server.url must be an address like wss://training.example.org.',
		],
		[
			'a file as the address',
			toml({ url: '"file:///etc"' }),
			'x.toml: server.url must be an address like wss://training.example.org.',
		],
		['no token', toml({ mod_token: undefined }), 'x.toml: server.mod_token is missing.'],
		['an empty token', toml({ mod_token: '""' }), 'x.toml: server.mod_token is empty.'],
		['no run', toml({ race_id: undefined }), 'x.toml: server.race_id is missing.'],
		[
			'a run that is no id',
			toml({ race_id: '"seven"' }),
			"x.toml: server.race_id must be the run's id, a UUID.",
		],
		['a seed that is no id', toml({ seed_id: '7' }), "x.toml: server.seed_id must be the seed's id, a UUID."],
		['no word of training', toml({ training: undefined }), 'x.toml: server.training is missing.'],
		[
			'a race',
			toml({ training: 'false' }),
			'x.toml: server.training must be true: this companion reports training runs.',
		],
		['what is no TOML', '[server]\nurl = "wss://x\n', 'x.toml, line 2, is no TOML'],
	]
	it.each(wrong)('says in one sentence what is wrong with %s', (_what, text, problem) => {
		const result = readConfig(text, 'x.toml')
		expect(result).toMatchObject({ ok: false })
		if (result.ok) return
		expect(result.problem.startsWith(problem)).toBe(true)
		expect(result.problem).not.toContain('\n')
		expect(result.problem).not.toContain('secret')
	})
})
