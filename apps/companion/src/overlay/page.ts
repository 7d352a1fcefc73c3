import type { OverlaySettings } from '@speedfog/core/protocol/accounts'
import { createHash } from 'node:crypto'
import { script } from './script.ts'
import { styleOf } from './style.ts'

export type Page = { html: string; policy: string }

const SKULL =
	'M8 1a6 6 0 0 0-6 6c0 2 1 3.7 2.5 4.600V14a1 1 0 0 0 1 1h5a1 1 0 0 0 1-1v-2.400A5.6 5.6 0 0 0 14 7a6 6 0 0 0-6-6Z' +
	'M5.6 6.200a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3Zm4.8 0a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3Z' +
	'M8 9.600l.9 1.700H7.100Z'

/** The whole page in one answer: for OBS, a second screen, or the browser of the Steam overlay. */
export function buildPage(settings: OverlaySettings): Page {
	// OBS adds a style of the streamer's own.
	const policy = `default-src 'none'; script-src ${hash(script)}; style-src 'unsafe-inline'; connect-src 'self'`
	return { html: htmlOf(styleOf(settings)), policy }
}

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const htmlOf = (style: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>SpeedFog Training</title>
<style>${style}</style>
<body data-link="connecting">
<main>
<header><i id="dot"></i>Training<span id="link"></span></header>
<div class="figures"><span id="igt">0:00</span>
<span id="deaths" title="Deaths"><svg viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="${SKULL}"/></svg><span id="count">0</span></span>
<span id="layer"></span></div>
<div id="way"></div>
<div id="zone"></div>
<div id="tier"><span id="label"></span><b id="is"></b><span id="was"></span></div>
<ul id="exits"></ul>
<div id="message" role="status"></div>
</main>
<script>${script}</script>
</html>
`
