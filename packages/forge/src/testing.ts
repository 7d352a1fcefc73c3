import { inflateRawSync } from 'node:zlib'

type Entry = {
	name: string
	method: number
	dosDate: number
	size: number
	compressedSize: number
	offset: number
	extraLength: number
}

const STORED = 0

/** Reads a zip as readers without streaming do, Python's zipfile among them: by its central directory. */
export function readZip(zip: Buffer): Map<string, string> {
	return new Map(
		readDirectory(zip).map((entry) => {
			const { offset, compressedSize, name } = entry
			if (zip.readUInt32LE(offset) !== 0x04034b50) throw new Error(`${name} has no local header`)
			const start = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28)
			const raw = zip.subarray(start, start + compressedSize)
			const content = entry.method === STORED ? raw : inflateRawSync(raw)
			if (content.length !== entry.size) throw new Error(`${name} has another size than announced`)
			return [name, content.toString()]
		}),
	)
}

export function readDirectory(zip: Buffer): Entry[] {
	const end = zip.lastIndexOf(Buffer.from('504b0506', 'hex'))
	let at = zip.readUInt32LE(end + 16)
	return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
		if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error('the directory is broken')
		const nameLength = zip.readUInt16LE(at + 28)
		const entry = {
			name: zip.toString('utf8', at + 46, at + 46 + nameLength),
			method: zip.readUInt16LE(at + 10),
			dosDate: zip.readUInt32LE(at + 12),
			compressedSize: zip.readUInt32LE(at + 20),
			size: zip.readUInt32LE(at + 24),
			offset: zip.readUInt32LE(at + 42),
			extraLength: zip.readUInt16LE(at + 30),
		}
		at += 46 + nameLength + entry.extraLength + zip.readUInt16LE(at + 32)
		return entry
	})
}
