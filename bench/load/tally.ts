import type { Counted, Lengths } from './commands.ts'

/** More are not kept: a sample of them says the same. */
const KEPT_LATENCIES = 2_000_000

/** What the whole load sent and heard. */
export class Tally {
	statuses = 0
	gates = 0
	updates = 0
	held = 0
	closed = 0
	latenciesMs: number[] = []
	readonly #bytes = { figures: new Map<number, Mean>(), zones: new Map<number, Mean>() }

	noteLength(kind: keyof Lengths, gates: number, bytes: number): void {
		const mean = this.#bytes[kind].get(gates)
		if (!mean) return void this.#bytes[kind].set(gates, { sum: bytes, count: 1 })
		mean.sum += bytes
		mean.count++
	}

	get lengths(): Lengths {
		return { figures: means(this.#bytes.figures), zones: means(this.#bytes.zones) }
	}

	/** What there was since the last time. */
	take(): Counted {
		const { statuses, gates, updates, held } = this
		const counted = { statuses, gates, updates, held, latenciesMs: this.latenciesMs.slice(0, KEPT_LATENCIES) }
		this.statuses = this.gates = this.updates = this.held = 0
		this.latenciesMs = []
		return counted
	}
}

type Mean = { sum: number; count: number }

/** By the number of gates; where none was seen, as the one before. */
function means(bytes: ReadonlyMap<number, Mean>): number[] {
	const found: number[] = []
	for (let gates = 0; gates <= Math.max(0, ...bytes.keys()); gates++) {
		const mean = bytes.get(gates)
		found.push(mean ? Math.round(mean.sum / mean.count) : (found.at(-1) ?? 0))
	}
	return found
}
