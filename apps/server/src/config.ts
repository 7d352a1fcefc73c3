import { statSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'
import * as nearMisses from './near-misses.ts'

/** What the environment says; PORT=0 and the secret key are settled when the server starts. */
export type Settings = {
	host: string
	port: number
	/** Undefined: `http://localhost:<port>`. */
	publicUrl: string | undefined
	dataDir: string
	databaseUrl: string | undefined
	redisUrl: string | undefined
	rateLimitFactor: number
	seedsPoolDir: string | undefined
	twitch: Twitch | undefined
	secretKey: Buffer | undefined
	maxSocketsPerAddress: number
	maxSocketsPerUser: number
	/** In lower case. */
	adminUsers: readonly string[]
	trustedProxies: readonly string[]
	metricsToken: string | undefined
	logLevel: (typeof LOG_LEVELS)[number]
	/** Ids of sessions. */
	logSessions: readonly string[]
	/** Accounts by name alone: nobody but the people at this machine reaches it. */
	localMode: boolean
}

/** What the server runs with. */
export type Config = Omit<Settings, 'publicUrl' | 'secretKey'> & {
	/** An origin, without a slash at its end. */
	publicUrl: string
	secretKey: Buffer
}

type Twitch = { clientId: string; clientSecret: string; baseUrl: string; apiUrl: string }

export type Read = { ok: true; settings: Settings; warnings: string[] } | { ok: false; problem: string }

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

// A schema's message says what the variable takes.
const Environment = z.object({
	HOST: z
		.string()
		.transform((host) => host.replace(/^\[(.*)\]$/, '$1'))
		.refine(isHost, 'an address or host name, such as 127.0.0.1 or 0.0.0.0')
		.default('127.0.0.1')
		.describe('The address it listens on.'),
	PORT: wholeNumber(0, 65_535)
		.default(8000)
		.describe('The port it listens on; 0 picks a free one and prints it.'),
	PUBLIC_URL: z
		.string()
		.refine(isOrigin, 'an http or https address without a path, such as https://speedfog.example.org')
		.transform((url) => new URL(url).origin)
		.optional()
		.describe('What people and packs use; https here means secure cookies, HSTS and wss.'),
	DATA_DIR: z
		.string()
		.default('./data')
		.transform((path) => resolve(path))
		.describe('The folder of the embedded database, the demo pools and the secret key.'),
	DATABASE_URL: z
		.string()
		.refine(hasScheme('postgres:', 'postgresql:'), 'a postgres:// URL of a PostgreSQL 14 or newer')
		.optional()
		.describe('A PostgreSQL to use instead of the embedded one; any number of servers may share it.'),
	REDIS_URL: z
		.string()
		.refine(hasScheme('redis:', 'rediss:'), 'a redis:// URL')
		.optional()
		.describe('A Redis through which servers exchange room messages instead of through PostgreSQL.'),
	RATE_LIMIT_FACTOR: z
		.string()
		.regex(/^\d+(\.\d+)?$/, 'a number above 0')
		.transform(Number)
		.refine((factor) => factor > 0, 'a number above 0')
		.default(1)
		.describe('Multiplies all rate limits, for load tests.'),
	SEEDS_POOL_DIR: z
		.string()
		.transform((path) => resolve(path))
		.refine((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory(), 'a folder that exists')
		.optional()
		.describe('The folder of the pools, never written to; unset: DATA_DIR/pools with demo pools.'),
	TWITCH_CLIENT_ID: word()
		.optional()
		.describe('With TWITCH_CLIENT_SECRET: people sign in by Twitch and no other way.'),
	TWITCH_CLIENT_SECRET: word().optional().describe('The secret of the application registered at Twitch.'),
	TWITCH_BASE_URL: webAddress()
		.default('https://id.twitch.tv/oauth2')
		.describe('Where Twitch signs people in, for tests against a stand-in.'),
	TWITCH_API_URL: webAddress()
		.default('https://api.twitch.tv/helix')
		.describe('Where Twitch tells who signed in, for tests against a stand-in.'),
	SECRET_KEY: z
		.string()
		.transform((text) => Buffer.from(text))
		.refine(
			(key) => key.length >= 32,
			'at least 32 random bytes, such as the output of: openssl rand -hex 32',
		)
		.optional()
		.describe(
			'Signs the tokens of runs, the same on all servers of a database; unset: made once in DATA_DIR.',
		),
	MAX_SOCKETS_PER_ADDRESS: wholeNumber(1, 1_000_000)
		.default(200)
		.describe('How many WebSockets one address may have open, times RATE_LIMIT_FACTOR.'),
	MAX_SOCKETS_PER_USER: wholeNumber(1, 1_000_000)
		.default(50)
		.describe('How many WebSockets one user may have open, times RATE_LIMIT_FACTOR.'),
	ADMIN_USERS: list(isUserName, 'names with commas between them, such as anna,bob')
		.transform((names) => names.map((name) => name.toLowerCase()))
		.default([])
		.describe('The users that are admins.'),
	TRUSTED_PROXIES: list(
		isProxy,
		'addresses or networks with commas between them, such as 127.0.0.1,10.0.0.0/8',
	)
		.default([])
		.describe('The proxies whose X-Forwarded headers count.'),
	METRICS_TOKEN: word().optional().describe('The Bearer token that /metrics asks for.'),
	LOG_LEVEL: z
		.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`)
		.default('info')
		.describe('The least important kind of line that is logged.'),
	LOG_SESSIONS: list(
		isUuid,
		'ids of runs with commas between them, as they stand in the address of their pages',
	)
		.default([])
		.describe('The runs of which everything is logged, whatever LOG_LEVEL says.'),
})

type Variable = keyof z.input<typeof Environment>

const SECRETS: readonly string[] = [
	'DATABASE_URL',
	'REDIS_URL',
	'TWITCH_CLIENT_SECRET',
	'SECRET_KEY',
	'METRICS_TOKEN',
] satisfies Variable[]

/** What a program beside the server has to know: where the data is. */
export function readPlace(
	env: NodeJS.ProcessEnv,
): { ok: true; dataDir: string; databaseUrl: string | undefined } | { ok: false; problem: string } {
	const read = parse(Environment.pick({ DATA_DIR: true, DATABASE_URL: true }), env)
	if (!read.ok) return read
	return { ok: true, dataDir: read.data.DATA_DIR, databaseUrl: read.data.DATABASE_URL }
}

/** Reads our variables; a problem is one sentence that names the variable, what it got and what it takes. */
export function readConfig(env: NodeJS.ProcessEnv): Read {
	const parsed = parse(Environment, env)
	if (!parsed.ok) return parsed
	const settings = settingsOf(parsed.data)
	const problem = combinationProblem(parsed.data, settings)
	if (problem !== undefined) return { ok: false, problem }
	return {
		ok: true,
		settings,
		warnings: [...nearMisses.warnings(parsed.set, Object.keys(Environment.shape)), ...risks(settings)],
	}
}

function parse<Schema extends z.ZodType>(
	schema: Schema,
	env: NodeJS.ProcessEnv,
):
	| { ok: true; data: z.output<Schema>; set: Record<string, string | undefined> }
	| { ok: false; problem: string } {
	// Set to nothing is how files of variables leave one out.
	const set = Object.fromEntries(
		Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
	)
	const parsed = schema.safeParse(set)
	if (parsed.success) return { ok: true, data: parsed.data, set }
	const [issue] = parsed.error.issues
	const name = String(issue!.path[0])
	return { ok: false, problem: `${name} is ${shown(name, String(set[name]))}: it takes ${issue!.message}.` }
}

/** The address people use when none is set. */
export function defaultPublicUrl(port: number): string {
	return `http://localhost:${port}`
}

function settingsOf(env: z.output<typeof Environment>): Settings {
	const { TWITCH_CLIENT_ID: clientId, TWITCH_CLIENT_SECRET: clientSecret } = env
	const twitch =
		clientId !== undefined && clientSecret !== undefined
			? { clientId, clientSecret, baseUrl: env.TWITCH_BASE_URL, apiUrl: env.TWITCH_API_URL }
			: undefined
	return {
		host: env.HOST,
		port: env.PORT,
		publicUrl: env.PUBLIC_URL,
		dataDir: env.DATA_DIR,
		databaseUrl: env.DATABASE_URL,
		redisUrl: env.REDIS_URL,
		rateLimitFactor: env.RATE_LIMIT_FACTOR,
		seedsPoolDir: env.SEEDS_POOL_DIR,
		twitch,
		secretKey: env.SECRET_KEY,
		maxSocketsPerAddress: env.MAX_SOCKETS_PER_ADDRESS,
		maxSocketsPerUser: env.MAX_SOCKETS_PER_USER,
		adminUsers: env.ADMIN_USERS,
		trustedProxies: env.TRUSTED_PROXIES,
		metricsToken: env.METRICS_TOKEN,
		logLevel: env.LOG_LEVEL,
		logSessions: env.LOG_SESSIONS,
		localMode:
			!twitch &&
			isLoopback(env.HOST) &&
			(env.PUBLIC_URL === undefined || isLoopback(hostOf(env.PUBLIC_URL))) &&
			env.TRUSTED_PROXIES.length === 0,
	}
}

/** Values that are right alone and wrong together. */
function combinationProblem(env: z.output<typeof Environment>, settings: Settings): string | undefined {
	if (env.TWITCH_CLIENT_ID !== undefined && env.TWITCH_CLIENT_SECRET === undefined)
		return 'TWITCH_CLIENT_SECRET is not set and TWITCH_CLIENT_ID is: set both, or neither.'
	if (env.TWITCH_CLIENT_SECRET !== undefined && env.TWITCH_CLIENT_ID === undefined)
		return 'TWITCH_CLIENT_ID is not set and TWITCH_CLIENT_SECRET is: set both, or neither.'
	if (settings.databaseUrl !== undefined && settings.secretKey === undefined)
		return 'SECRET_KEY is not set and DATABASE_URL is: set it to at least 32 random bytes, the same for all servers of that database.'
	if (settings.twitch || settings.localMode) return undefined
	const opened = !isLoopback(settings.host)
		? `HOST is "${settings.host}"`
		: settings.trustedProxies.length > 0
			? `TRUSTED_PROXIES is "${settings.trustedProxies.join(',')}"`
			: `PUBLIC_URL is "${settings.publicUrl}"`
	return `${opened}, which lets others in, and without Twitch anybody could sign in as anybody: set TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET, or leave HOST, PUBLIC_URL and TRUSTED_PROXIES unset.`
}

function risks({ rateLimitFactor, twitch, publicUrl }: Settings): string[] {
	const found: string[] = []
	if (rateLimitFactor !== 1)
		found.push(`RATE_LIMIT_FACTOR is ${rateLimitFactor}: rate limits are not the usual ones.`)
	if (twitch && publicUrl?.startsWith('http:') && !isLoopback(hostOf(publicUrl)))
		found.push('PUBLIC_URL is http: whoever listens on the way can take over accounts; use https.')
	return found
}

function shown(name: string, value: string): string {
	if (SECRETS.includes(name)) return `set to something else (${Buffer.byteLength(value)} bytes, not shown)`
	return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
}

export function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function hostOf(url: string): string {
	return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
}

function isHost(host: string): boolean {
	return isIP(host) !== 0 || /^(?=.*[a-z])[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)
}

function isOrigin(text: string): boolean {
	if (!URL.canParse(text)) return false
	const { protocol, origin, href } = new URL(text)
	return (protocol === 'http:' || protocol === 'https:') && href === `${origin}/`
}

function hasScheme(...schemes: string[]): (text: string) => boolean {
	return (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol)
}

function isUserName(name: string): boolean {
	return /^[a-z0-9_-]{1,25}$/i.test(name)
}

function isUuid(text: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

function isProxy(text: string): boolean {
	const [address, bits, ...rest] = text.split('/')
	const family = isIP(address!)
	if (family === 0 || rest.length > 0) return false
	return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

function wholeNumber(least: number, most: number) {
	const takes = `a whole number from ${least} to ${most}`
	return z
		.string()
		.regex(/^\d{1,9}$/, takes)
		.transform(Number)
		.refine((number) => number >= least && number <= most, takes)
}

function word() {
	return z.string().regex(/^[\x21-\x7e]+$/, 'letters, digits and signs without spaces')
}

function webAddress() {
	return z
		.string()
		.refine(hasScheme('http:', 'https:'), 'an http or https address')
		.transform((url) => url.replace(/\/+$/, ''))
}

function list(isItem: (item: string) => boolean, takes: string) {
	return z
		.string()
		.transform((text) => text.split(',').map((item) => item.trim()))
		.transform((items) => items.filter((item) => item !== ''))
		.refine((items) => items.every(isItem), takes)
}
