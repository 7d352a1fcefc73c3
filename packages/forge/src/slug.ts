const MASK = (1n << 48n) - 1n

/** Twelve hex digits that name seed `number`; two numbers below 2^48 never share them (each step can be undone). */
export function slugOf(number: number): string {
	let x = BigInt(number) & MASK
	x = (x * 0x9e3779b97f4bn + 0x5bf03635f0a3n) & MASK
	x ^= x >> 25n
	x = (x * 0xd6e8feb86659n) & MASK
	x ^= x >> 23n
	return x.toString(16).padStart(12, '0')
}
