import type { Clock } from '../clock.ts'
import type { View } from '../companion.ts'
import type { RunStatus, Zone } from '../report/frames.ts'

/** What a player is shown of a run, on every screen alike. */
export type Board = {
	link: 'connecting' | 'live' | 'offline' | 'occupied' | 'ended'
	/** Why it is offline, or stopped. */
	problem: string | null
	igtMs: number
	/** Whether the game's clock runs. */
	ticking: boolean
	deaths: number
	zone: Zone | null
	progress: { at: number; of: number } | null
	status: RunStatus | null
	/** What is missing before there is something to report. */
	waitingFor: string | null
	/** One sentence, for a short while. */
	message: string | null
}

type BoardSource = View & { waitingFor?: string | null }

/** Where views and sentences come together to what is shown. */
export type BoardWriter = {
	view(view: BoardSource): void
	say(sentence: string): void
	close(): void
}

const MESSAGE_MS = 3_000
/** A loading screen fades for about as long after its end: nobody is to read where he is before he sees it. */
const FADE_MS = 2_000

export function createBoard(clock: Clock, onBoard: (board: Board) => void): BoardWriter {
	let board: Board = blank
	let latest: BoardSource | null = null
	/** The zone and how far it is, as far as they may be shown. */
	let revealed: Pick<Board, 'zone' | 'progress'> = { zone: null, progress: null }
	let fading: string | null = null
	let cancelFade = () => {}
	let cancelMessage = () => {}

	function show(changes: Partial<Board>) {
		board = { ...board, ...changes }
		onBoard(board)
	}

	function reveal(view: View) {
		fading = null
		cancelFade()
		revealed = { zone: view.zone, progress: progressOf(view) }
	}

	function follow(view: View) {
		const isHere = view.zone?.nodeId === revealed.zone?.nodeId
		if (isHere || !view.isNewZone) reveal(view)
		else if (fading !== view.zone?.nodeId) {
			fading = view.zone?.nodeId ?? null
			cancelFade()
			cancelFade = clock.after(FADE_MS, () => {
				if (!latest) return
				reveal(latest)
				show(revealed)
			})
		}
	}

	return {
		view(view) {
			latest = { ...view }
			follow(latest)
			show({ ...figuresOf(view), ...revealed })
		},
		say(sentence) {
			cancelMessage()
			cancelMessage = clock.after(MESSAGE_MS, () => show({ message: null }))
			show({ message: sentence })
		},
		close() {
			cancelFade()
			cancelMessage()
		},
	}
}

function figuresOf({ link, scene, igtMs, deaths, progress, status, waitingFor = null }: BoardSource) {
	// Before the game is seen, what the server knows.
	const known = igtMs === 0 && progress ? progress : { igtMs, deaths }
	const ticking = scene === 'world' && status !== 'finished' && status !== 'abandoned'
	return {
		link: linkOf(link),
		problem: problemOf(link),
		ticking,
		igtMs: known.igtMs,
		deaths: known.deaths,
		status,
		waitingFor,
	}
}

function problemOf(link: View['link']): string | null {
	if (link.state === 'waiting') return link.occupied ? null : link.why
	return link.state === 'stopped' && link.why !== '' ? link.why : null
}

function linkOf(link: View['link']): Board['link'] {
	switch (link.state) {
		case 'connecting':
		case 'live':
			return link.state
		case 'waiting':
			return link.occupied ? 'occupied' : 'offline'
		case 'stopped':
			return 'ended'
	}
}

function progressOf({ progress, totalLayers }: View): Board['progress'] {
	return progress && { at: Math.min(progress.layer + 1, totalLayers), of: totalLayers }
}

const blank: Board = {
	link: 'connecting',
	problem: null,
	igtMs: 0,
	ticking: false,
	deaths: 0,
	zone: null,
	progress: null,
	status: null,
	waitingFor: null,
	message: null,
}
