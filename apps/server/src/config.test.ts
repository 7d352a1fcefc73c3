import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import type { Settings } from './config.ts'

const KEY = 'k'.repeat(64)
const TWITCH = { TWITCH_CLIENT_ID: 'abc', TWITCH_CLIENT_SECRET: 'hush-hush' }

function settings(env: NodeJS.ProcessEnv): Settings {
	const read = readConfig(env)
	if (!read.ok) throw new Error(read.problem)
	return read.settings
}

function problem(env: NodeJS.ProcessEnv): string {
	const read = readConfig(env)
	return read.ok ? 'none' : read.problem
}

describe('without any variable', () => {
	it('has the documented defaults and is in local mode', () => {
		expect(settings({})).toEqual({
			host: '127.0.0.1',
			port: 8000,
			publicUrl: undefined,
			dataDir: resolve('./data'),
			databaseUrl: undefined,
			redisUrl: undefined,
			rateLimitFactor: 1,
			seedsPoolDir: undefined,
			twitch: undefined,
			secretKey: undefined,
			maxSocketsPerAddress: 200,
			maxSocketsPerUser: 50,
			adminUsers: [],
			trustedProxies: [],
			metricsToken: undefined,
			logLevel: 'info',
			logSessions: [],
			localMode: true,
		})
	})

	it('takes a variable that is set to nothing for unset', () => {
		expect(settings({ PORT: '', TWITCH_CLIENT_ID: '', DATABASE_URL: '' })).toEqual(settings({}))
	})
})

describe('a right value', () => {
	it.each<[NodeJS.ProcessEnv, Partial<Settings>]>([
		[{ HOST: '[::1]' }, { host: '::1', localMode: true }],
		[
			{ HOST: 'localhost', PORT: '0' },
			{ host: 'localhost', port: 0, localMode: true },
		],
		[{ HOST: '127.8.9.1' }, { localMode: true }],
		[{ PUBLIC_URL: 'http://[::1]:8000/' }, { publicUrl: 'http://[::1]:8000', localMode: true }],
		[
			{ ...TWITCH, PUBLIC_URL: 'https://run.example.org/' },
			{ publicUrl: 'https://run.example.org', localMode: false },
		],
		[
			{ ...TWITCH, HOST: '0.0.0.0' },
			{ host: '0.0.0.0', localMode: false },
		],
		[{ ...TWITCH }, { localMode: false }],
		[{ RATE_LIMIT_FACTOR: '0.5' }, { rateLimitFactor: 0.5 }],
		[{ SEEDS_POOL_DIR: tmpdir() }, { seedsPoolDir: tmpdir() }],
		[{ ADMIN_USERS: 'Anna, bob_2 ,' }, { adminUsers: ['anna', 'bob_2'] }],
		[
			{ ...TWITCH, TRUSTED_PROXIES: '10.0.0.0/8, ::1' },
			{ trustedProxies: ['10.0.0.0/8', '::1'], localMode: false },
		],
		[
			{ DATABASE_URL: 'postgres://me:pw@db/speedfog', SECRET_KEY: KEY },
			{ databaseUrl: 'postgres://me:pw@db/speedfog', secretKey: Buffer.from(KEY) },
		],
		[
			{ DATABASE_URL: 'postgresql:///x?host=/run/pg', SECRET_KEY: KEY },
			{ databaseUrl: 'postgresql:///x?host=/run/pg' },
		],
		[{ REDIS_URL: 'rediss://cache:6380/2' }, { redisUrl: 'rediss://cache:6380/2' }],
		[
			{ LOG_LEVEL: 'silent', METRICS_TOKEN: 'm' },
			{ logLevel: 'silent', metricsToken: 'm' },
		],
		[
			{ ...TWITCH, TWITCH_BASE_URL: 'http://127.0.0.1:9/oauth2/' },
			{
				twitch: {
					clientId: 'abc',
					clientSecret: 'hush-hush',
					baseUrl: 'http://127.0.0.1:9/oauth2',
					apiUrl: 'https://api.twitch.tv/helix',
				},
			},
		],
	])('%j is understood', (env, expected) => {
		expect(settings(env)).toMatchObject(expected)
	})
})

describe('a wrong value', () => {
	it.each<[NodeJS.ProcessEnv, string]>([
		[
			{ HOST: 'http://x' },
			'HOST is "http://x": it takes an address or host name, such as 127.0.0.1 or 0.0.0.0.',
		],
		[
			{ HOST: '300.1.1.1' },
			'HOST is "300.1.1.1": it takes an address or host name, such as 127.0.0.1 or 0.0.0.0.',
		],
		[{ PORT: 'http' }, 'PORT is "http": it takes a whole number from 0 to 65535.'],
		[{ PORT: '65536' }, 'PORT is "65536": it takes a whole number from 0 to 65535.'],
		[{ PORT: '-1' }, 'PORT is "-1": it takes a whole number from 0 to 65535.'],
		[
			{ PUBLIC_URL: 'speedfog.example.org' },
			'PUBLIC_URL is "speedfog.example.org": it takes an http or https address without a path, such as https://speedfog.example.org.',
		],
		[
			{ PUBLIC_URL: 'https://x.org/app' },
			'PUBLIC_URL is "https://x.org/app": it takes an http or https address without a path, such as https://speedfog.example.org.',
		],
		[{ RATE_LIMIT_FACTOR: '0' }, 'RATE_LIMIT_FACTOR is "0": it takes a number above 0.'],
		[{ RATE_LIMIT_FACTOR: 'x' }, 'RATE_LIMIT_FACTOR is "x": it takes a number above 0.'],
		[
			{ SEEDS_POOL_DIR: '/no/such/folder' },
			'SEEDS_POOL_DIR is "/no/such/folder": it takes a folder that exists.',
		],
		[{ SEEDS_POOL_DIR: '/dev/null' }, 'SEEDS_POOL_DIR is "/dev/null": it takes a folder that exists.'],
		[{ TWITCH_API_URL: 'ftp://x' }, 'TWITCH_API_URL is "ftp://x": it takes an http or https address.'],
		[
			{ MAX_SOCKETS_PER_USER: '0' },
			'MAX_SOCKETS_PER_USER is "0": it takes a whole number from 1 to 1000000.',
		],
		[
			{ ADMIN_USERS: 'anna bob' },
			'ADMIN_USERS is "anna bob": it takes names with commas between them, such as anna,bob.',
		],
		[
			{ TRUSTED_PROXIES: '10.0.0.0/33' },
			'TRUSTED_PROXIES is "10.0.0.0/33": it takes addresses or networks with commas between them, such as 127.0.0.1,10.0.0.0/8.',
		],
		[
			{ LOG_LEVEL: 'loud' },
			'LOG_LEVEL is "loud": it takes one of trace, debug, info, warn, error, fatal, silent.',
		],
	])('%j is refused in one line that says what it takes', (env, expected) => {
		expect(problem(env)).toBe(expected)
	})

	it.each<[NodeJS.ProcessEnv, string]>([
		[{ DATABASE_URL: 'mysql://me:hush-hush@db/x' }, 'DATABASE_URL'],
		[{ REDIS_URL: 'http://:hush-hush@db/x' }, 'REDIS_URL'],
		[{ SECRET_KEY: 'hush-hush' }, 'SECRET_KEY'],
		[{ METRICS_TOKEN: 'hush-hush hush' }, 'METRICS_TOKEN'],
		[{ TWITCH_CLIENT_ID: 'a', TWITCH_CLIENT_SECRET: 'hush-hush hush' }, 'TWITCH_CLIENT_SECRET'],
	])('%j is refused without its secret being shown', (env, name) => {
		expect(problem(env)).toMatch(
			new RegExp(`^${name} is set to something else \\(\\d+ bytes, not shown\\): it takes `),
		)
		expect(problem(env)).not.toContain('hush')
	})

	it('is cut when it is long', () => {
		expect(problem({ PORT: '9'.repeat(5000) }).length).toBeLessThan(200)
	})
})

describe('values that do not fit together', () => {
	it.each<[NodeJS.ProcessEnv, RegExp]>([
		[{ HOST: '0.0.0.0' }, /^HOST is "0\.0\.0\.0", .* set TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET/],
		[
			{ PUBLIC_URL: 'https://run.example.org' },
			/^PUBLIC_URL is "https:\/\/run\.example\.org", .* set TWITCH_/,
		],
		[{ TRUSTED_PROXIES: '127.0.0.1' }, /^TRUSTED_PROXIES is "127\.0\.0\.1", .* set TWITCH_/],
		[{ TWITCH_CLIENT_ID: 'abc' }, /^TWITCH_CLIENT_SECRET is not set/],
		[{ TWITCH_CLIENT_SECRET: 'abc' }, /^TWITCH_CLIENT_ID is not set/],
		[{ DATABASE_URL: 'postgres://db/x' }, /^SECRET_KEY is not set and DATABASE_URL is/],
	])('%j is refused with what to set', (env, expected) => {
		expect(problem(env)).toMatch(expected)
		expect(problem(env)).not.toContain('\n')
	})
})

describe('warnings', () => {
	it.each<[NodeJS.ProcessEnv, string[]]>([
		[{}, []],
		[
			{ PATH: '/bin', HOME: '/root', HOSTNAME: 'x', LANG: 'C', npm_config_port: '1', PWD: '/', SHELL: 'sh' },
			[],
		],
		[{ DATABSE_URL: 'x' }, ['DATABSE_URL is set and means nothing here: is it DATABASE_URL that was meant?']],
		[{ public_url: 'x' }, ['public_url is set and means nothing here: is it PUBLIC_URL that was meant?']],
		[{ TRUSTED_PROXY: 'x' }, ['TRUSTED_PROXY is set and means nothing here.']],
		[{ TWITCH_KEY: 'x' }, ['TWITCH_KEY is set and means nothing here.']],
		[{ RATE_LIMIT_FACTOR: '100' }, ['RATE_LIMIT_FACTOR is 100: rate limits are not the usual ones.']],
		[
			{ ...TWITCH, PUBLIC_URL: 'http://run.example.org' },
			['PUBLIC_URL is http: whoever listens on the way can take over accounts; use https.'],
		],
	])('%j gives %j', (env, expected) => {
		const read = readConfig(env)
		expect(read.ok && read.warnings).toEqual(expected)
	})
})
