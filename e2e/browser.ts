import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

// A test browser talks to our server and to nobody else.
const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
]

/** A real Chromium with a profile of its own: the system's, else the one that npm brings for Linux. */
export async function launch(): Promise<Browser> {
	return chromium.launch({ executablePath: await executable(), args: FLAGS })
}

/** Why there is no browser here, with what would help; undefined when there is one. */
export const missing =
	installed() || (process.platform === 'linux' && process.arch === 'x64')
		? undefined
		: 'No Chromium found: install one (apt-get install chromium) or set CHROMIUM_PATH.'

async function executable(): Promise<string> {
	const found = installed()
	if (found) return found
	const { default: packed } = await import('@sparticuz/chromium')
	return packed.executablePath()
}

function installed(): string | undefined {
	return [process.env['CHROMIUM_PATH'] ?? '', ...INSTALLED].find((path) => path !== '' && existsSync(path))
}
