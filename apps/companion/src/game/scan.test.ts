import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inMemory, readImage } from './pe.ts'
import { locate, scan } from './scan.ts'
import { signature, SIGNATURES, STATIC_NAMES } from './signatures.ts'
import { editionOf } from './testing/editions.ts'
import { buildImage, code, TEXT, usualPlant, type Plant } from './testing/image.ts'
import { createSparseMemory } from './testing/sparse-memory.ts'

const BASE = 0x7ff6_1234_0000n
const CHUNK = 0x8_0000
const edition = editionOf('2.6.2')

function prepare(plant: readonly Plant[]) {
	const memory = createSparseMemory()
	const { header, parts } = buildImage({ edition, base: BASE, plant })
	memory.write(BASE, header)
	for (const { rva, bytes } of parts) memory.write(BASE + BigInt(rva), bytes)
	const image = readImage(inMemory(memory, BASE))!
	let pauses = 0
	const pause = () => Promise.resolve(void pauses++)
	return { options: { memory, base: BASE, image, pause }, memory, pauses: () => pauses }
}

const some = signature('48 8B 05 ?? ?? ?? ?? 48 85 C0 74 05')
const STATIC = 0x3c0_4560

describe('a scan', () => {
	it('finds nothing where a signature is not', async () => {
		expect(await scan(prepare([]).options, [some])).toEqual([[]])
	})

	it('finds each place where a signature is, and what it names there', async () => {
		const plant = [0x1000, 0x8_0001, 0x20_0777].map((rva, index) => {
			return { signature: some, rva, staticRva: STATIC + 8 * index }
		})
		const [hits] = await scan(prepare(plant).options, [some])
		expect(hits).toEqual(plant.map(({ rva, staticRva }) => ({ rva, staticRva })))
	})

	it('follows a distance that leads back', async () => {
		const [hits] = await scan(prepare([{ signature: some, rva: 0x9000, staticRva: 0x2000 }]).options, [some])
		expect(hits).toEqual([{ rva: 0x9000, staticRva: 0x2000 }])
	})

	it.each([1, 2, 11, 12, 13])('finds once what begins %i bytes before the end of a piece', async (before) => {
		const rva = TEXT.rva + CHUNK - before
		const [hits] = await scan(prepare([{ signature: some, rva, staticRva: STATIC }]).options, [some])
		expect(hits).toEqual([{ rva, staticRva: STATIC }])
	})

	it('counts once what stands where two pieces overlap', async () => {
		const longer = signature(`48 8B 0D ?? ?? ?? ?? ${'48 '.repeat(30)}C3`)
		const rva = TEXT.rva + CHUNK + 2
		const [hits] = await scan(prepare([{ signature: some, rva, staticRva: STATIC }]).options, [some, longer])
		expect(hits).toEqual([{ rva, staticRva: STATIC }])
	})

	it('finds what begins and what ends the code, and nothing that is cut off there', async () => {
		const last = TEXT.rva + TEXT.bytes - some.bytes.length
		const ends = [TEXT.rva, last].map((rva) => ({ signature: some, rva, staticRva: STATIC }))
		const [hits] = await scan(prepare(ends).options, [some])
		expect(hits).toHaveLength(2)
		const { options, memory } = prepare([])
		memory.write(BASE + BigInt(last + 1), code(some, last + 1, STATIC))
		expect(await scan(options, [some])).toEqual([[]])
	})

	it('goes on behind pages that are not mapped', async () => {
		const { options, memory } = prepare([{ signature: some, rva: 0x5_0000, staticRva: STATIC }])
		memory.unmap(BASE + 0x4_0000n, 0x3000)
		expect(await scan(options, [some])).toEqual([[{ rva: 0x5_0000, staticRva: STATIC }]])
	})

	it('lets others run after each half MiB', async () => {
		const { options, pauses } = prepare([])
		await scan(options, [some])
		expect(pauses()).toBe(Math.ceil(TEXT.bytes / CHUNK))
	})

	it('finds what a search byte by byte finds', async () => {
		const byte = fc.constantFrom(0x48, 0x8b, 0x05, 0xc3)
		const wild = fc.array(fc.option(byte, { freq: 3 }), { minLength: 1, maxLength: 5 })
		await fc.assert(
			fc.asyncProperty(
				wild,
				byte,
				fc.uint8Array({ minLength: 40, maxLength: 400 }),
				async (some, last, noise) => {
					const bytes = [...some, last]
					const text = Buffer.from(noise.map((one) => [0x48, 0x8b, 0x05, 0xc3][one % 4]!))
					const searched = { bytes: [...bytes, null, null, null, null], distanceAt: bytes.length }
					const memory = {
						read: (at: bigint, length: number) => text.subarray(Number(at), Number(at) + length),
					}
					const section = { name: '.text', rva: 0, sizeBytes: text.length, isCode: true, isWritable: false }
					const [hits] = await scan(
						{
							memory,
							base: 0n,
							image: {
								sizeBytes: text.length,
								resourcesRva: null,
								sections: [{ ...section, file: { offset: 0, sizeBytes: 0 } }],
							},
							pause: () => Promise.resolve(),
						},
						[{ ...searched, nextInstructionAt: bytes.length + 4 }],
					)
					const expected = [...text.keys()].filter(
						(at) =>
							at + searched.bytes.length <= text.length &&
							bytes.every((byte, index) => byte === null || byte === text[at + index]),
					)
					expect(hits!.map(({ rva }) => rva)).toEqual(expected.slice(0, 100))
				},
			),
			{ numRuns: 100 },
		)
	})
})

describe('the statics', () => {
	it('are found by their first signatures', async () => {
		const located = await locate(prepare(usualPlant(edition)).options)
		for (const name of STATIC_NAMES) {
			expect(located[name].rva).toBe(edition.statics[name])
			expect(located[name].tried).toHaveLength(1)
		}
	})

	it.each([
		['not there', []],
		['there twice', [0x7000, 0x2_0000]],
	])('are found by the next signature where one is %s', async (_, doubles) => {
		const staticRva = edition.statics.GameDataMan
		const [first, second] = SIGNATURES.GameDataMan
		const plant = [
			...usualPlant(edition).filter(({ staticRva: rva }) => rva !== staticRva),
			...doubles.map((rva) => ({ signature: first!, rva, staticRva })),
			{ signature: second!, rva: 0x7_0000, staticRva },
		]
		const { GameDataMan, WorldChrMan } = await locate(prepare(plant).options)
		expect(GameDataMan.rva).toBe(staticRva)
		expect(GameDataMan.tried.map(({ hits }) => hits.length)).toEqual([doubles.length, 1])
		expect(WorldChrMan.tried).toHaveLength(1)
	})

	it.each([
		['outside of the image', 0x7b00_0000],
		['before the image', -0x1000],
		['in the code', 0x2000],
		['where nothing may be written', 0x300_0000],
	])('are not taken from a signature that names a place %s', async (_, staticRva) => {
		const plant = usualPlant(edition).map((one) =>
			one.staticRva === edition.statics.FieldArea ? { ...one, staticRva } : one,
		)
		const { FieldArea } = await locate(prepare(plant).options)
		expect(FieldArea.rva).toBeNull()
		expect(FieldArea.tried.map(({ hits }) => hits.length)).toEqual([1, 0])
	})

	it('are unknown where no signature tells', async () => {
		const located = await locate(prepare([]).options)
		for (const name of STATIC_NAMES) {
			expect(located[name].rva).toBeNull()
			expect(located[name].tried).toHaveLength(SIGNATURES[name].length)
		}
	})

	it('are looked for by every signature when all is asked for', async () => {
		const located = await locate(prepare(usualPlant(edition)).options, true)
		for (const name of STATIC_NAMES) {
			expect(located[name].rva).toBe(edition.statics[name])
			expect(located[name].tried).toHaveLength(SIGNATURES[name].length)
		}
	})
})
