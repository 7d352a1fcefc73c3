import { describe, expect, test } from 'vitest'
import { firstMissing } from './installation.mjs'

const LOCK = {
	'': {},
	'apps/server': {
		version: '1.0.0',
		dependencies: { fastify: '5', '@x/core': '1' },
		devDependencies: { esbuild: '0' },
	},
	e2e: { version: '1.0.0', devDependencies: { playwright: '1' } },
	'packages/core': { version: '1.0.0', dependencies: { zod: '4' }, devDependencies: { tests: '1' } },
	'node_modules/@x/core': { resolved: 'packages/core', link: true },
	'node_modules/esbuild': {
		version: '0.1.0',
		optionalDependencies: { '@esbuild/here': '0', '@esbuild/there': '0' },
	},
	'node_modules/@esbuild/here': {
		version: '0.1.0',
		optional: true,
		os: [process.platform],
		cpu: [process.arch],
	},
	'node_modules/@esbuild/there': { version: '0.1.0', optional: true, os: ['beos'] },
	'node_modules/fastify': { version: '5.0.0', dependencies: { cookie: '2' } },
	'node_modules/fastify/node_modules/cookie': { version: '2.0.0' },
	'node_modules/cookie': { version: '1.0.0' },
	'node_modules/zod': { version: '4.0.0' },
	'node_modules/tests': { version: '1.0.0' },
	'node_modules/playwright': { version: '1.0.0' },
}

const NEEDED_BY_SERVER = [
	'apps/server',
	'packages/core',
	'node_modules/esbuild',
	'node_modules/@esbuild/here',
	'node_modules/fastify',
	'node_modules/fastify/node_modules/cookie',
	'node_modules/zod',
]

function installed(places: string[], changed: object = {}) {
	return {
		...Object.fromEntries(places.map((place) => [place, LOCK[place as keyof typeof LOCK]])),
		...changed,
	}
}

describe('what is missing', () => {
	test('nothing is, when what the workspace needs is there, whatever else is not', () => {
		expect(firstMissing(LOCK, installed(NEEDED_BY_SERVER), ['apps/server'])).toBeUndefined()
	})

	test.each(NEEDED_BY_SERVER)('%s is, when it is the only one not there', (place) => {
		const others = NEEDED_BY_SERVER.filter((other) => other !== place)
		expect(firstMissing(LOCK, installed(others), ['apps/server'])).toBe(place)
	})

	test('a package of another version counts as missing', () => {
		const old = installed(NEEDED_BY_SERVER, { 'node_modules/zod': { version: '3.9.0' } })
		expect(firstMissing(LOCK, old, ['apps/server'])).toBe('node_modules/zod')
	})

	test('the whole set also wants what only tests need, but nothing made for another machine', () => {
		expect(firstMissing(LOCK, installed([...NEEDED_BY_SERVER, 'e2e', 'node_modules/tests']))).toBe(
			'node_modules/playwright',
		)
		expect(firstMissing(LOCK, LOCK)).toBeUndefined()
		const { 'node_modules/@esbuild/there': _, ...here } = LOCK
		expect(firstMissing(LOCK, here)).toBeUndefined()
	})
})
