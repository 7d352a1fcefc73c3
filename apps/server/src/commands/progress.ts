export type Progress = { show(done: number): void; end(): void }

const WIDTH = 24
const REDRAWN_EVERY_MS = 100
const TOLD_EVERY_MS = 5_000

/** A bar that moves in a terminal, and a line now and then where the output is kept. */
export function open(what: string, total: number, out: NodeJS.WriteStream = process.stderr): Progress {
	const everyMs = out.isTTY ? REDRAWN_EVERY_MS : TOLD_EVERY_MS
	let shownAt = out.isTTY ? -Infinity : performance.now()
	let last = 0

	function draw(done: number): void {
		const share = total > 0 ? Math.min(done / total, 1) : 1
		const filled = Math.round(share * WIDTH)
		const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`
		const text = `${what} ${bar} ${done}/${total}`
		out.write(out.isTTY ? `\r${text}\u001b[K` : `${text}\n`)
	}

	return {
		show: (done) => {
			last = done
			if (performance.now() - shownAt < everyMs) return
			shownAt = performance.now()
			draw(done)
		},
		end: () => {
			draw(last)
			if (out.isTTY) out.write('\n')
		},
	}
}
