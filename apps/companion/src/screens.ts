import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { openLog } from './log.ts'
import { createBoard, type BoardWriter } from './overlay/board.ts'
import { openOverlay } from './overlay/serve.ts'
import { openWindow } from './overlay/window/window.ts'
import { openTerminal } from './terminal.ts'

export type Screens = BoardWriter & {
	/** For the log alone. */
	note(sentence: string): void
}

/** Everything that a player can look at: the terminal, the overlay's page, on Windows its window, and the log. */
export async function openScreens({
	config,
	quiet,
	port,
	hasWindow,
	logFolder = null,
}: Asked): Promise<Screens> {
	if (quiet) return { view() {}, say() {}, note() {}, close() {} }
	const overlay = await openOverlay(config.overlay, port)
	const window = hasWindow ? await openWindow(config.overlay, systemClock) : null
	const log = logFolder === null ? null : openLog(logFolder, Date.now)
	const texts = [openTerminal(process.stdout, Date.now), ...(log ? [log] : [])]
	const board = createBoard(systemClock, (shown) => {
		for (const text of texts) text.show(shown)
		overlay.show(shown)
		window?.show(shown)
	})
	const say = (sentence: string) => texts.forEach((text) => text.say(sentence))
	say(`Overlay for OBS or a second screen: ${overlay.url}`)
	return {
		view: board.view,
		say(sentence) {
			say(sentence)
			board.say(sentence)
		},
		note: (sentence) => log?.say(sentence),
		close() {
			board.close()
			texts.forEach((text) => text.close())
			overlay.close()
			window?.close()
		},
	}
}

type Asked = { config: Config; quiet: boolean; port: number; hasWindow: boolean; logFolder?: string | null }
