import { seededRandom } from '../testing.ts'
import type { ModMessage } from './mod.ts'

const flag = { type: 'event_flag', flag_id: 1_050_294_000, igt_ms: 1500 }
const GOOD = [
	{ type: 'status_update', igt_ms: 1500, death_count: 2 },
	flag,
	{ ...flag, seq: 9 },
	{ type: 'zone_query', map_id: 'm10_00_00_00' },
].map((frame) => JSON.stringify(frame))

const BITS = [
	'"',
	'{',
	'}',
	'[',
	':',
	',',
	'-',
	'1e9',
	'.5',
	'true',
	'null',
	'\\u0000',
	'"__proto__":',
	'9'.repeat(30),
]

/** Copies of good frames, each broken in up to three places; the same from the same seed. */
export function* brokenFrames(seed: number, count: number): Generator<string> {
	const random = seededRandom(seed)
	const below = (limit: number) => Math.floor(random() * limit)
	for (let made = 0; made < count; made++) {
		let text = GOOD[below(GOOD.length)]!
		for (let changes = 1 + below(3); changes > 0; changes--) {
			const at = below(text.length + 1)
			text = text.slice(0, at) + BITS[below(BITS.length)] + text.slice(at + below(12))
		}
		yield text
	}
}

/** What the server relies on after a frame was read. */
export function isSound(message: ModMessage): boolean {
	const isTime = (value: unknown) =>
		Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31
	if (message.type === 'status_update') return isTime(message.igt_ms) && isTime(message.death_count)
	if (message.type === 'event_flag') return isTime(message.igt_ms) && message.flag_id < 2 ** 32
	return message.type !== 'finished' || isTime(message.igt_ms)
}
