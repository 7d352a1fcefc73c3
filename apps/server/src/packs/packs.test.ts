import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { open as openFile, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import yauzl from 'yauzl'
import { realSeeds } from '#seeds/testing.ts'
import * as packs from './packs.ts'
import { makeZip, readZip, received, writeZip } from './testing.ts'
import type { ZipContent, ZipOptions } from './testing.ts'

const seed: ZipContent = {
	'speedfog_ab12/graph.json': '{"version":"4.4"}',
	'speedfog_ab12/lib/speedfog_race_mod.dll': Buffer.alloc(70_000, 'dll'),
	'speedfog_ab12/launch.bat': 'start',
}
const toml = '[server]\nurl = "ws://localhost:8000"\n'
const createdAt = new Date('2026-11-22T17:03:41Z')
let folder: string
let file: string

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'packs-'))
	file = join(folder, 'seed.zip')
})
afterAll(() => rm(folder, { recursive: true }))

async function whole(config = { toml, createdAt }): Promise<Buffer> {
	const opened = await packs.open(file, config)
	if (opened.state !== 'ready') throw new Error(opened.state === 'damaged' ? opened.reason : opened.state)
	const { pack } = opened
	const bytes = await received(pack)
	expect(bytes.length).toBe(pack.sizeBytes)
	return bytes
}

describe('a pack', () => {
	const shapes: [string, ZipContent, ZipOptions, string][] = [
		['one top folder', seed, {}, 'speedfog_ab12/lib/speedfog_race.toml'],
		['files at the root', { ...seed, 'graph.json': '{}' }, {}, 'lib/speedfog_race.toml'],
		['two top folders', { 'a/x': '1', 'b/x': '2' }, {}, 'lib/speedfog_race.toml'],
		['a folder whose name begins like another', { 'a/x': '1', 'ab/x': '2' }, {}, 'lib/speedfog_race.toml'],
		['a top folder with an umlaut', { 'Läufe/x': '1', 'Läufe/y': '2' }, {}, 'Läufe/lib/speedfog_race.toml'],
		['a comment', seed, { comment: 'made by hand' }, 'speedfog_ab12/lib/speedfog_race.toml'],
		['ZIP64 records', seed, { zip64: true }, 'speedfog_ab12/lib/speedfog_race.toml'],
		[
			'ZIP64 records and a comment',
			seed,
			{ zip64: true, comment: 'c'.repeat(65_535) },
			'speedfog_ab12/lib/speedfog_race.toml',
		],
		['stored entries', seed, { stored: true }, 'speedfog_ab12/lib/speedfog_race.toml'],
	]
	it.each(shapes)(
		'of a zip with %s holds everything it held and the config',
		async (_, content, options, added) => {
			await writeZip(file, content, options)
			const bytes = await whole()
			const held = await readZip(bytes)
			expect([...held.keys()]).toEqual([...Object.keys(content), added])
			for (const [name, data] of Object.entries(content)) expect(held.get(name)).toEqual(Buffer.from(data))
			expect(held.get(added)?.toString()).toBe(toml)
			const zip = join(folder, 'check.zip')
			writeFileSync(zip, bytes)
			checkWithOtherTools([zip])
		},
	)

	it('passes the stored entries through byte for byte', async () => {
		await writeZip(file, seed)
		const stored = await readFile(file)
		const bytes = await whole()
		const directoryAt = stored.readUInt32LE(stored.length - 22 + 16)
		expect(bytes.subarray(0, directoryAt)).toEqual(stored.subarray(0, directoryAt))
	})

	it('supersedes an older config, whatever its case and slashes', async () => {
		for (const older of ['lib/speedfog_race.toml', 'LIB/SpeedFog_Race.TOML']) {
			await writeZip(file, { ...seed, [`speedfog_ab12/${older}`]: 'old = true' })
			const held = await readZip(await whole())
			expect([...held.keys()].filter((name) => /race\.toml/i.test(name))).toEqual([
				'speedfog_ab12/lib/speedfog_race.toml',
			])
			expect(held.get('speedfog_ab12/lib/speedfog_race.toml')?.toString()).toBe(toml)
		}
	})

	it('is not misled by an end record inside the comment', async () => {
		const comment = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18), Buffer.from('x')])
		comment.writeUInt16LE(1, 20)
		await writeFile(file, withComment(await makeZip(seed), comment))
		const bytes = await whole()
		expect(bytes.subarray(-comment.length).equals(comment)).toBe(true)
		// Other readers may stop at the signature in the comment, so they get it without one.
		const held = await readZip(withComment(bytes.subarray(0, -comment.length), Buffer.alloc(0)))
		expect(held.get('speedfog_ab12/lib/speedfog_race.toml')?.toString()).toBe(toml)
		expect(held.size).toBe(Object.keys(seed).length + 1)
	})

	it('adds the 65,535th entry with ZIP64 records', async () => {
		await writeFile(file, repeatEntry(await makeZip({ 't/x': 'x' }), 65_534))
		const bytes = await whole()
		expect(bytes.readUInt32LE(bytes.length - 22 - 20)).toBe(0x07064b50)
		const names: string[] = []
		for await (const entry of (await yauzl.fromBufferPromise(bytes)).eachEntry()) names.push(entry.fileName)
		expect(names.length).toBe(65_535)
		expect(names.at(-1)).toBe('t/lib/speedfog_race.toml')
	})

	it('places the config behind the fourth gibibyte with ZIP64 records', async () => {
		const at = 5 * 2 ** 30
		const stored = moveDirectory(await makeZip({ 't/x': 'x' }, { zip64: true }), at)
		await writeSparse(file, stored)
		const opened = await packs.open(file, { toml, createdAt })
		if (opened.state !== 'ready') throw new Error(opened.state === 'damaged' ? opened.reason : opened.state)
		const { pack } = opened
		expect(pack.spliced.keepBytes).toBe(at)
		const tail = await received(pack, { start: at, end: pack.sizeBytes })
		await writeSparse(file, { head: stored.head, at, tail })
		const zip = await yauzl.openPromise(file, { autoClose: false })
		const entries = []
		for await (const entry of zip.eachEntry()) entries.push(entry)
		expect(entries.map(({ fileName }) => fileName)).toEqual(['t/x', 't/lib/speedfog_race.toml'])
		expect(entries[1]?.relativeOffsetOfLocalHeader).toBe(at)
		expect((await buffer(await zip.openReadStreamPromise(entries[1]!))).toString()).toBe(toml)
		zip.close()
	})

	it('is the same bytes and tag again for the same zip, config and time', async () => {
		await writeZip(file, seed)
		const before = await whole()
		const zone = process.env.TZ
		process.env.TZ = 'Pacific/Auckland'
		expect((await whole()).equals(before)).toBe(true)
		if (zone === undefined) delete process.env.TZ
		else process.env.TZ = zone
	})

	it('has another tag when the config, the size or the time of the file changes', async () => {
		const tags = new Set<string>()
		const note = async (text: string) => {
			const opened = await packs.open(file, { toml: text, createdAt })
			if (opened.state !== 'ready') throw new Error(opened.state)
			tags.add(opened.pack.etag)
			await packs.close(opened.pack)
		}
		await writeZip(file, seed)
		await utimes(file, 1000, 1000)
		await note(toml)
		await note(toml)
		expect(tags.size).toBe(1)
		await note(`${toml}x = 1\n`)
		await utimes(file, 1000, 1001)
		await note(toml)
		await writeZip(file, { ...seed, 'speedfog_ab12/more': 'x' })
		await utimes(file, 1000, 1000)
		await note(toml)
		expect(tags.size).toBe(4)
	})

	it('can be read in parts that join to the whole', async () => {
		await writeZip(file, { ...seed, 'speedfog_ab12/big': Buffer.alloc(700_000, 'x') }, { stored: true })
		const expected = await whole()
		const cuts = [0, 1, 262_143, 262_145, expected.length - 900, expected.length - 1, expected.length]
		const parts: Buffer[] = []
		for (const [index, start] of cuts.slice(0, -1).entries()) {
			const opened = await packs.open(file, { toml, createdAt })
			if (opened.state !== 'ready') throw new Error(opened.state)
			parts.push(await received(opened.pack, { start, end: cuts[index + 1]! }))
		}
		expect(Buffer.concat(parts).equals(expected)).toBe(true)
	})

	it('is the file that was opened even when another one takes its place before it is sent', async () => {
		await writeZip(file, seed)
		const expected = await whole()
		const opened = await packs.open(file, { toml, createdAt })
		if (opened.state !== 'ready') throw new Error(opened.state)
		await writeZip(`${file}.new`, { 'other/x': 'y' })
		await rename(`${file}.new`, file)
		const bytes = await received(opened.pack)
		expect(bytes.equals(expected)).toBe(true)
	})

	it('fails instead of ending early when the file is cut while it is sent', async () => {
		await writeZip(file, { ...seed, 'speedfog_ab12/big': Buffer.alloc(700_000, 'x') }, { stored: true })
		const opened = await packs.open(file, { toml, createdAt })
		if (opened.state !== 'ready') throw new Error(opened.state)
		truncateSync(file, 300_000)
		await expect(received(opened.pack)).rejects.toThrow('became shorter')
		expect(opened.pack.handle.fd).toBe(-1)
	})

	it('closes the file when the reader gives up', async () => {
		await writeZip(file, { ...seed, 'speedfog_ab12/big': Buffer.alloc(700_000, 'x') }, { stored: true })
		const opened = await packs.open(file, { toml, createdAt })
		if (opened.state !== 'ready') throw new Error(opened.state)
		let chunks = 0
		const giveUp = async () => {
			if (++chunks === 2) throw new Error('gone')
		}
		await expect(received(opened.pack, undefined, giveUp)).rejects.toThrow('gone')
		expect(opened.pack.handle.fd).toBe(-1)
	})
})

it.runIf(existsSync(realSeeds))(
	'a pack of any real seed is whole to other tools, and all that was in it is there',
	async () => {
		const zips = readdirSync(realSeeds, { recursive: true, encoding: 'utf8' }).filter((name) =>
			name.endsWith('.zip'),
		)
		expect(zips.length).toBeGreaterThan(0)
		const made: string[] = []
		for (const [index, name] of zips.entries()) {
			const stored = await readFile(join(realSeeds, name))
			await writeFile(file, stored)
			const bytes = await whole()
			const [before, after] = [await readZip(stored), await readZip(bytes)]
			const added = [...after.keys()].filter((entry) => !before.has(entry))
			expect(added).toEqual([`${[...before.keys()][0]!.split('/')[0]}/lib/speedfog_race.toml`])
			for (const [entry, content] of before) expect(after.get(entry)?.equals(content)).toBe(true)
			made.push(join(folder, `real-${index}.zip`))
			await writeFile(made.at(-1)!, bytes)
		}
		checkWithOtherTools(made)
	},
)

describe('a zip that cannot be a pack', () => {
	it('is gone when the file is missing', async () => {
		expect(await packs.open(join(folder, 'none.zip'), { toml, createdAt })).toEqual({ state: 'gone' })
	})

	it('is damaged at whatever byte it is cut', async () => {
		const bytes = await makeZip(seed)
		for (let length = 0; length < bytes.length; length += 97) {
			await writeFile(file, bytes.subarray(0, length))
			expect((await packs.open(file, { toml, createdAt })).state).toBe('damaged')
		}
	})

	it('is damaged when its directory or end record was changed', async () => {
		const good = await makeZip(seed)
		const directoryAt = good.readUInt32LE(good.length - 22 + 16)
		const changes: [string, (bytes: Buffer) => void][] = [
			['several disks', (bytes) => bytes.writeUInt16LE(1, bytes.length - 22 + 4)],
			['another number of entries', (bytes) => bytes.writeUInt16LE(2, bytes.length - 22 + 10)],
			['end record does not fit', (bytes) => bytes.writeUInt32LE(directoryAt - 1, bytes.length - 22 + 16)],
			['directory is damaged', (bytes) => bytes.writeUInt32LE(0, directoryAt)],
			['directory is damaged', (bytes) => bytes.writeUInt16LE(0xffff, directoryAt + 28)],
			['points outside', (bytes) => bytes.writeUInt32LE(directoryAt, directoryAt + 42)],
			// The entry's time field, shorter than a 64-bit number, passed off as ZIP64's.
			[
				'size is damaged',
				(bytes) => {
					bytes.writeUInt32LE(0xffffffff, directoryAt + 42)
					bytes.writeUInt16LE(1, directoryAt + 46 + bytes.readUInt16LE(directoryAt + 28))
				},
			],
		]
		for (const [reason, change] of changes) {
			const bytes = Buffer.from(good)
			change(bytes)
			await writeFile(file, bytes)
			expect(await packs.open(file, { toml, createdAt })).toEqual({
				state: 'damaged',
				reason: expect.stringContaining(reason),
			})
		}
	})

	it('leaves no file open', async () => {
		const open = () => readdirSync('/proc/self/fd').length
		if (!existsSync('/proc/self/fd')) return
		await writeFile(file, 'no zip')
		await packs.open(file, { toml, createdAt })
		const before = open()
		for (let round = 0; round < 20; round++) await packs.open(file, { toml, createdAt })
		expect(open()).toBe(before)
	})
})

describe('the config in a pack', () => {
	const run = {
		publicUrl: 'https://training.example',
		sessionId: '0190a1b2-0000-7000-8000-000000000001',
		seedId: '0190a1b2-0000-7000-8000-000000000002',
		modToken: 'f00d',
		overlay: {
			font_size: 18,
			background_color: '#141414',
			background_opacity: 0.3,
			text_color: '#FFFFFF',
			text_disabled_color: '#808080',
			show_border: false,
			border_color: '#404040',
		},
	}

	it('tells the mod where to report, with numbers it reads as floats', () => {
		const text = packs.raceConfig(run)
		expect(text).toContain('font_size = 18.0\n')
		expect(parse(text)).toEqual({
			server: {
				url: 'wss://training.example',
				mod_token: 'f00d',
				race_id: run.sessionId,
				seed_id: run.seedId,
				training: true,
			},
			overlay: { enabled: true, font_path: '', ...run.overlay },
			keybindings: { toggle_ui: 'f9' },
		})
	})

	it('survives text that would end a string or a table in a pasted file', () => {
		for (const hostile of [
			'"\n[server]\nurl = "ws://evil"',
			"'''",
			'\\',
			'\u0000\u001f',
			'"""',
			'# x',
			'😀\u2028',
		])
			expect(parse(packs.raceConfig({ ...run, modToken: hostile }))).toMatchObject({
				server: { mod_token: hostile, url: 'wss://training.example' },
			})
	})

	it('speaks plain WebSocket where the site has no TLS, and needs no slash', () => {
		expect(packs.raceConfig({ ...run, publicUrl: 'http://localhost:8000/' })).toContain(
			'"ws://localhost:8000"',
		)
	})
})

it('has a file name that every system takes', () => {
	expect(packs.fileName('Ann_a-1', 'ab12')).toBe('speedfog_training_Ann_a-1_ab12.zip')
	expect(packs.fileName('../"é\r\n', 'ab12')).toBe('speedfog_training_________ab12.zip')
})

function withComment(zip: Buffer, comment: Buffer): Buffer {
	const bytes = Buffer.concat([zip, comment])
	bytes.writeUInt16LE(comment.length, zip.length - 2)
	return bytes
}

/** A zip of one entry made to one of many, all of the same data. */
function repeatEntry(zip: Buffer, times: number): Buffer {
	const end = Buffer.from(zip.subarray(-22))
	const directoryAt = end.readUInt32LE(16)
	const record = zip.subarray(directoryAt, -22)
	end.writeUInt16LE(times, 8)
	end.writeUInt16LE(times, 10)
	end.writeUInt32LE(record.length * times, 12)
	return Buffer.concat([zip.subarray(0, directoryAt), ...Array<Buffer>(times).fill(record), end])
}

type Sparse = { head: Buffer; at: number; tail: Buffer }

/** The directory and end records of a ZIP64 zip put far behind its data. */
function moveDirectory(zip: Buffer, at: number): Sparse {
	const end64At = Number(zip.readBigUInt64LE(zip.length - 22 - 20 + 8))
	const directoryAt = Number(zip.readBigUInt64LE(end64At + 48))
	const tail = Buffer.from(zip.subarray(directoryAt))
	tail.writeBigUInt64LE(BigInt(at), end64At - directoryAt + 48)
	tail.writeBigUInt64LE(BigInt(at + end64At - directoryAt), tail.length - 22 - 20 + 8)
	return { head: zip.subarray(0, directoryAt), at, tail }
}

async function writeSparse(path: string, { head, at, tail }: Sparse): Promise<void> {
	const handle = await openFile(path, 'w')
	await handle.write(head, 0, head.length, 0)
	await handle.write(tail, 0, tail.length, at)
	await handle.close()
}

/** Python and Info-ZIP read zips by their own code; both are used where they are installed. */
function checkWithOtherTools(zips: readonly string[]): void {
	if (hasTool('unzip', '-v')) for (const zip of zips) execFileSync('unzip', ['-tqq', zip])
	if (!hasTool('python3', '--version')) return
	const script = 'import sys,zipfile;print({zipfile.ZipFile(f).testzip() for f in sys.argv[1:]})'
	expect(execFileSync('python3', ['-c', script, ...zips], { encoding: 'utf8' })).toBe('{None}\n')
}

const found = new Map<string, boolean>()

function hasTool(name: string, flag: string): boolean {
	if (!found.has(name)) found.set(name, spawnSync(name, [flag], { stdio: 'ignore' }).status === 0)
	return found.get(name)!
}
