import type { Edge } from './edge.ts'
import type { Fold } from './fold.ts'
import type { Layout, LayoutNode } from './layout.ts'

export type Wish = { nodes: readonly LayoutNode[]; edges: readonly Edge[]; folded: Fold | undefined }

const pause = { firstMs: 1_000, longestMs: 30_000 }
/** A server that restarts is back by then. */
const patience = 3

/** Lays maps in a worker: the widest take so long that the page would stand still. Answers come in order. */
export class Layouts {
	readonly #onStuck: (stuck: boolean) => void
	#worker: Worker
	#failures = 0
	#timer: ReturnType<typeof setTimeout> | undefined
	readonly #waiting: { wish: Wish; answer: (layout: Layout) => void }[] = []

	/** `onStuck`: the worker's file could not be fetched several times in a row, or could be at last. */
	constructor(onStuck: (stuck: boolean) => void) {
		this.#onStuck = onStuck
		this.#worker = this.#begin()
	}

	lay(nodes: readonly LayoutNode[], edges: readonly Edge[], folded?: Fold): Promise<Layout> {
		const places = nodes.map(({ id, layer }) => ({ id, layer }))
		const links = edges.map(({ from, to }) => ({ from, to }))
		const wish = { nodes: places, edges: links, folded }
		return new Promise((answer) => {
			this.#waiting.push({ wish, answer })
			this.#worker.postMessage(wish)
		})
	}

	/** At once instead of at the end of the pause. */
	retry = (): void => {
		clearTimeout(this.#timer)
		this.#worker.terminate()
		this.#worker = this.#begin()
		for (const { wish } of this.#waiting) this.#worker.postMessage(wish)
	}

	close(): void {
		clearTimeout(this.#timer)
		this.#worker.terminate()
	}

	#begin(): Worker {
		const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' })
		worker.onmessage = ({ data }: MessageEvent<Layout>) => {
			this.#failures = 0
			this.#onStuck(false)
			this.#waiting.shift()?.answer(data)
		}
		worker.onerror = () => this.#wait()
		return worker
	}

	#wait(): void {
		const longest = pause.firstMs * 2 ** this.#failures++
		if (this.#failures >= patience) this.#onStuck(true)
		this.#timer = setTimeout(this.retry, Math.min(pause.longestMs, longest))
	}
}
