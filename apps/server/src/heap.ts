import { setFlagsFromString } from 'node:v8'

/**
 * Every run is replaced each second, and what is a second old is thrown away only when the whole heap is looked
 * through. Left alone, V8 does that when the heap is four times what is held. At twice the process takes half
 * of the memory, and the pauses are shorter (docs/decisions/0015).
 */
export function keepSmall(): void {
	setFlagsFromString('--heap-growing-percent=100')
}
