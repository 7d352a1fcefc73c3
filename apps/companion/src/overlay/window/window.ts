import type { OverlaySettings } from '@speedfog/core/protocol/accounts'
import type { Clock } from '../../clock.ts'
import type { Board } from '../board.ts'
import { linesOf } from './lines.ts'
import { openLayer } from './user32.ts'

/** The board above a game that fills the screen without owning it ("borderless"). */
export type BoardWindow = { show(board: Board): void; close(): void }

const ATTEND_EVERY_MS = 100

/** Null where there are no such windows. F9 hides it and shows it again. */
export async function openWindow(settings: OverlaySettings, clock: Clock): Promise<BoardWindow | null> {
	if (process.platform !== 'win32') return null
	// An older Windows has not all that is asked of it: then there is the page.
	const layer = await openLayer(settings).catch(() => null)
	if (!layer) return null
	let isShown = true
	let drawn = ''
	let cancel = () => {}
	layer.setShown(isShown)

	function attend() {
		cancel = clock.after(ATTEND_EVERY_MS, attend)
		if (!layer!.attend()) return
		isShown = !isShown
		layer!.setShown(isShown)
	}
	attend()

	return {
		show(board) {
			const lines = linesOf(board)
			const key = JSON.stringify(lines)
			// Its clock shows seconds: most boards look like the one before.
			if (key === drawn) return
			drawn = key
			layer.draw(lines)
		},
		close() {
			cancel()
			layer.close()
		},
	}
}
