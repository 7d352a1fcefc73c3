import { limits } from '../protocol/limits.ts'
import type { Flurry } from './run-state.ts'

/** With another flag at `atMs` the flurry goes on. */
export function extend(flurry: Flurry | null, atMs: number): Flurry {
	return { firstMs: flurry?.firstMs ?? atMs, lastMs: atMs }
}

function endsAtMs({ firstMs, lastMs }: Flurry): number {
	return Math.min(lastMs + limits.burst.quietMs, firstMs + limits.burst.atMostMs)
}

/** Also when the clock was set back: nothing is to wait until it has caught up. */
export function isOver(flurry: Flurry | null, atMs: number): flurry is Flurry {
	return flurry !== null && (atMs >= endsAtMs(flurry) || atMs < flurry.lastMs - limits.burst.quietMs)
}

export function earliestEnd(one: Flurry | null, other: Flurry | null): number | null {
	if (one === null) return other && endsAtMs(other)
	return other === null ? endsAtMs(one) : Math.min(endsAtMs(one), endsAtMs(other))
}
