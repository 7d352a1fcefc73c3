import type { Edge } from './edge.ts'
import type { Fold } from './fold.ts'
import type { Layout, LayoutNode } from './layout.ts'

export type Wish = { nodes: readonly LayoutNode[]; edges: readonly Edge[]; folded: Fold | undefined }

const againAfterMs = 2_000

/** Lays maps in a worker: the widest take so long that the page would stand still. Answers come in order. */
export class Layouts {
	#worker = this.#begin()
	#timer: ReturnType<typeof setTimeout> | undefined
	readonly #waiting: { wish: Wish; answer: (layout: Layout) => void }[] = []

	lay(nodes: readonly LayoutNode[], edges: readonly Edge[], folded?: Fold): Promise<Layout> {
		const places = nodes.map(({ id, layer }) => ({ id, layer }))
		const links = edges.map(({ from, to }) => ({ from, to }))
		const wish = { nodes: places, edges: links, folded }
		return new Promise((answer) => {
			this.#waiting.push({ wish, answer })
			this.#worker.postMessage(wish)
		})
	}

	close(): void {
		clearTimeout(this.#timer)
		this.#worker.terminate()
	}

	#begin(): Worker {
		const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' })
		worker.onmessage = ({ data }: MessageEvent<Layout>) => this.#waiting.shift()?.answer(data)
		// Its file could not be fetched: the server may be restarting.
		worker.onerror = () => (this.#timer = setTimeout(() => this.#beginAnew(), againAfterMs))
		return worker
	}

	#beginAnew(): void {
		this.#worker.terminate()
		this.#worker = this.#begin()
		for (const { wish } of this.#waiting) this.#worker.postMessage(wish)
	}
}
