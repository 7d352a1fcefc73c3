import { format } from '@speedfog/core/time/igt'
import type { View } from './companion.ts'

/** Where a view is shown: one line that changes in a terminal, a line for each change elsewhere. */
export type Terminal = {
	show(view: Shown): void
	/** One sentence that stays. */
	say(sentence: string): void
	close(): void
}

/** `waitingFor`: what is missing before there is something to report. */
export type Shown = View & { waitingFor?: string | null }

/** The few things of a stream that are needed. */
export type Output = { isTTY?: boolean; columns?: number; write(text: string): unknown }

const REDRAW_EVERY_MS = 100
const CLEAR_LINE = '\r\x1b[2K'

export function openTerminal(output: Output, now: () => number): Terminal {
	return output.isTTY ? openLive(output, now) : openPlain(output)
}

function openLive(output: Output, now: () => number): Terminal {
	let line = ''
	let drawnAtMs = -Infinity
	const draw = () => output.write(CLEAR_LINE + line)
	return {
		show(view) {
			line = describe(view).slice(0, (output.columns ?? 80) - 1)
			if (now() - drawnAtMs < REDRAW_EVERY_MS) return
			drawnAtMs = now()
			draw()
		},
		say(sentence) {
			output.write(`${CLEAR_LINE}${sentence}\n${line}`)
		},
		close() {
			draw()
			output.write('\n')
		},
	}
}

function openPlain(output: Output): Terminal {
	let shown = ''
	return {
		show(view) {
			const subject = [view.link.state, view.zone?.nodeId, view.status, view.waitingFor].join()
			if (subject === shown) return
			shown = subject
			output.write(`${describe(view)}\n`)
		},
		say(sentence) {
			output.write(`${sentence}\n`)
		},
		close() {},
	}
}

/** `● Live  12:34  2 deaths  Academy - Rennala  tier 9, was 5  4/13` */
export function describe(view: Shown): string {
	const { igtMs, deaths, zone, progress, totalLayers, status, waitingFor } = view
	const parts = [describeLink(view)]
	if (waitingFor) parts.push(`waiting for ${waitingFor}`)
	if (igtMs > 0) parts.push(format(igtMs, { short: true }), `${deaths} ${deaths === 1 ? 'death' : 'deaths'}`)
	if (zone) parts.push(zone.name)
	if (zone && zone.tier !== null) {
		const was =
			zone.originalTier !== null && zone.originalTier !== zone.tier ? `, was ${zone.originalTier}` : ''
		parts.push(`tier ${zone.tier}${was}`)
	}
	if (progress) parts.push(`${Math.min(progress.layer + 1, totalLayers)}/${totalLayers}`)
	if (status === 'finished' || status === 'abandoned') parts.push(status)
	return parts.join('  ')
}

function describeLink({ link }: View): string {
	switch (link.state) {
		case 'connecting':
			return '○ Connecting'
		case 'live':
			return '● Live'
		case 'waiting':
			return link.occupied ? '○ Waiting: another client reports this run' : `○ Offline: ${link.why}`
		case 'stopped':
			return '○ Ended'
	}
}
