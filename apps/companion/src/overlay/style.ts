import type { OverlaySettings } from '@speedfog/core/protocol/accounts'

/** Sizes follow the player's own: everything is in em. Rows keep their height and sentences
stand below, so that nothing ever moves. */
export function styleOf(settings: OverlaySettings): string {
	const { font_size: size, text_color: ink, text_disabled_color: faint } = settings
	const opacity = Math.round(settings.background_opacity * 255)
		.toString(16)
		.padStart(2, '0')
	const border = settings.show_border ? settings.border_color : '#d9b45f3d'
	return `
:root {
	--ink: ${ink}; --faint: color-mix(in srgb, ${faint} 55%, ${ink}); --ground: ${settings.background_color}${opacity}; --border: ${border};
	--gold: #d9b45f; --bright: #f3d68a; --live: #74c9a5; --danger: #ffb0a8;
	font-size: ${size}px;
}
* { box-sizing: border-box; margin: 0 }
body {
	background: transparent; color: var(--ink); overflow: hidden; padding: .75em;
	font: 1em/1.35 system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
	font-variant-numeric: tabular-nums lining-nums;
	/* Over snow as well as in a cave. */
	text-shadow: 0 0 .1em #000, 0 .05em .15em #000, 0 0 .5em #000c;
}
main {
	width: 24em; max-width: 100%; padding: .7em .95em .75em; position: relative; border-radius: .4em;
	background: var(--ground); border: 1px solid var(--border);
}
main::before {
	content: ''; position: absolute; inset: 0 0 auto; height: 2px; border-radius: .4em .4em 0 0;
	background: linear-gradient(90deg, var(--gold), #d9b45f00 85%);
}
header, .figures { display: flex; align-items: baseline; gap: .5em }
header { height: 1.4em; font-size: .78em; letter-spacing: .09em; text-transform: uppercase; color: var(--gold) }
#dot {
	width: .62em; height: .62em; border-radius: 50%; background: var(--faint); align-self: center;
	transition: background .26s;
}
[data-link='live'] #dot { background: var(--live); box-shadow: 0 0 .5em #74c9a599 }
[data-link='connecting'] #dot { background: var(--gold); animation: pulse 1.2s ease-in-out infinite }
[data-link='offline'] #dot { background: var(--danger) }
@keyframes pulse { 50% { opacity: .25 } }
#link { margin-left: auto; letter-spacing: 0; text-transform: none; color: var(--faint) }
[data-link='offline'] #link { color: var(--danger) }
.figures { height: 2.5em; margin-top: .1em }
#igt { font-size: 1.9em; line-height: 1.3; font-weight: 600; min-width: 4.4ch; letter-spacing: -.01em }
/* Room for two digits of deaths, and for a layer of two digits of as many. */
#deaths { margin-left: auto; min-width: 2.6em }
#deaths svg {
	width: .95em; height: .95em; margin-right: .32em; vertical-align: -.1em;
	fill: currentColor; opacity: .75; filter: drop-shadow(0 1px 1px #000c);
}
#layer { color: var(--gold); font-weight: 600; min-width: 5.2ch; text-align: right }
#way { display: flex; gap: 2px; height: .22em; margin-top: .15em }
#way i { flex: 1; border-radius: 1px; background: #ffffff2b; transition: background .9s }
#way i.done { background: var(--gold) }
#way i.here { background: var(--bright); box-shadow: 0 0 .5em #f3d68a99 }
#zone, #tier, li { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
#zone {
	height: 1.4em; margin-top: .47em; font: 500 1.16em/1.35 'Iowan Old Style', 'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, serif;
}
#tier { height: 1.35em; font-size: .84em; color: var(--faint) }
#tier b { color: var(--bright); font-weight: 600 }
ul { list-style: none; padding: 0; margin-top: .45em; font-size: .88em }
li { height: 1.5em; color: var(--ink) }
li::before { content: '→ '; color: var(--gold) }
li span { color: var(--faint) }
li.known span { color: var(--ink) }
#message {
	position: absolute; inset: calc(100% + .4em) -1px auto; padding: .35em 1.1em .4em; border-radius: .4em;
	background: var(--ground); border: 1px solid var(--border); font-size: .84em; color: var(--bright);
}
#message:empty { display: none }
[data-link='offline'] #message, [data-link='ended'] #message { color: var(--danger) }
[data-status='finished'] #igt { color: var(--bright) }
[data-status='finished'] #link { color: var(--bright); letter-spacing: .09em; text-transform: uppercase }
[data-status='abandoned'] main { opacity: .8 }
`
}
