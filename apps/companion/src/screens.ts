import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { createBoard, type BoardWriter } from './overlay/board.ts'
import { openOverlay } from './overlay/serve.ts'
import { openTerminal } from './terminal.ts'

/** Everything that a player can look at: the terminal and the overlay's page. */
export async function openScreens({ config, quiet, port }: Asked): Promise<BoardWriter> {
	if (quiet) return { view() {}, say() {}, close() {} }
	const terminal = openTerminal(process.stdout, Date.now)
	const overlay = await openOverlay(config.overlay, port)
	const board = createBoard(systemClock, (shown) => {
		terminal.show(shown)
		overlay.show(shown)
	})
	terminal.say(`Overlay for OBS or a second screen: ${overlay.url}`)
	return {
		view: board.view,
		say(sentence) {
			terminal.say(sentence)
			board.say(sentence)
		},
		close() {
			board.close()
			terminal.close()
			overlay.close()
		},
	}
}

type Asked = { config: Config; quiet: boolean; port: number }
