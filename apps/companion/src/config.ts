import { OverlaySettings } from '@speedfog/core/protocol/accounts'
import { parse, TomlError } from 'smol-toml'
import { z } from 'zod'

/** Where to report, and as whom: the `[server]` table of a pack's `speedfog_race.toml`. */
export type Config = {
	/** Web socket base without a path, `ws://` or `wss://`. */
	serverUrl: string
	sessionId: string
	modToken: string
	/** Null in a file that names none. */
	seedId: string | null
	overlay: OverlaySettings
}

export type ReadConfig = { ok: true; config: Config } | { ok: false; problem: string }

/** Reads the text of a `speedfog_race.toml`; a problem is one sentence that names `file` and the field. */
export function readConfig(text: string, file: string): ReadConfig {
	let toml: unknown
	try {
		toml = parse(text)
	} catch (error) {
		if (!(error instanceof TomlError)) throw error
		const what = error.message.split('\n')[0]
		return { ok: false, problem: `${file}, line ${error.line}, is no TOML: ${what}.` }
	}
	const result = File.safeParse(toml)
	if (!result.success) {
		const issue = result.error.issues[0]
		return { ok: false, problem: `${file}: ${issue?.path.join('.')} ${issue?.message}.` }
	}
	const { server, overlay } = result.data
	return {
		ok: true,
		config: {
			serverUrl: server.url,
			sessionId: server.race_id,
			modToken: server.mod_token,
			seedId: server.seed_id ?? null,
			overlay,
		},
	}
}

/** Says what is wrong after the field's name, which `readConfig` puts before it. */
const says = (kind: string) => ({
	error: (issue: { input?: unknown }) => (issue.input === undefined ? 'is missing' : `must be ${kind}`),
})

const text = z.string(says('a text'))

const File = z.object(
	{
		server: z.object(
			{
				url: text.transform(toSocketBase),
				mod_token: text.min(1, 'is empty'),
				race_id: z.uuid(says("the run's id, a UUID")),
				seed_id: z.uuid(says("the seed's id, a UUID")).optional(),
				training: z.literal(true, {
					error: (issue) =>
						issue.input === undefined ? 'is missing' : 'must be true: this companion reports training runs',
				}),
			},
			says('a table'),
		),
		// How it looks is no reason not to start.
		overlay: OverlaySettings.prefault({}).catch(() => OverlaySettings.parse({})),
	},
	says('a table'),
)

function toSocketBase(value: string, context: z.RefinementCtx): string {
	const url = URL.canParse(value) ? new URL(value) : null
	const scheme = url && schemes[url.protocol]
	if (!url || !scheme || url.search || url.hash || url.username) {
		context.addIssue({ code: 'custom', message: 'must be an address like wss://training.example.org' })
		return z.NEVER
	}
	return `${scheme}//${url.host}${url.pathname.replace(/\/+$/, '')}`
}

const schemes: Record<string, string | undefined> = {
	'ws:': 'ws:',
	'wss:': 'wss:',
	'http:': 'ws:',
	'https:': 'wss:',
}
