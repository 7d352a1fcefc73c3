import { expect, it } from 'vitest'
import * as spans from './spans.ts'
import { createSparseMemory } from './testing/sparse-memory.ts'

const AT = 0x7ff4_0000_0000n
const span = (offset: number, length = 8) => ({ address: AT + BigInt(offset), length })

it('spans that lie near each other are fetched with one read, each gets its own bytes', () => {
	const memory = createSparseMemory()
	const wanted = [span(0x2000), span(0), span(0x2004, 16), span(0x9_0000)]
	for (const { address, length } of wanted) memory.write(address, Buffer.alloc(length))
	memory.write(AT, Buffer.alloc(0x3000))
	memory.write(AT + 0x2004n, Buffer.from('near'))
	const fetches = spans.plan(wanted)
	expect(fetches.map(({ address, length }) => [address - AT, length])).toEqual([
		[0n, 0x2014],
		[0x9_0000n, 8],
	])
	const found = spans.read(memory, fetches)
	expect(memory.reads).toBe(2)
	expect(found.get(wanted[0]!)!.toString('latin1', 4)).toBe('near')
	expect(found.get(wanted[2]!)!.toString('latin1', 0, 4)).toBe('near')
	expect(found.size).toBe(4)
})

it('what is read again comes into the same room', () => {
	const memory = createSparseMemory()
	const wanted = span(0)
	const fetches = spans.plan([wanted])
	memory.write(AT, Buffer.alloc(8, 1))
	const first = spans.read(memory, fetches).get(wanted)!
	memory.write(AT, Buffer.alloc(8, 2))
	const second = spans.read(memory, fetches).get(wanted)!
	expect([second[0], second.buffer]).toEqual([2, first.buffer])
})

it('a span inside of another one does not shorten what is read', () => {
	expect(spans.plan([span(0, 100), span(10, 5)])).toMatchObject([{ length: 100 }])
})

it('a gap that is not mapped costs no span', () => {
	const memory = createSparseMemory()
	const wanted = [span(0), span(0x5000), span(0xa000)]
	memory.write(wanted[0]!.address, Buffer.alloc(8, 1))
	memory.write(wanted[2]!.address, Buffer.alloc(8, 3))
	const found = spans.read(memory, spans.plan(wanted))
	expect(wanted.map((one) => found.get(one)?.[0])).toEqual([1, undefined, 3])
})
