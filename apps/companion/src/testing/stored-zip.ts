import { writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/** Writes a small zip without compression. */
export function writeStoredZip(file: string, entries: Record<string, string>) {
	const parts: Buffer[] = []
	const directory: Buffer[] = []
	let offset = 0
	for (const [name, text] of Object.entries(entries)) {
		const body = Buffer.from(text)
		const nameBytes = Buffer.from(name)
		const shared = Buffer.alloc(26)
		shared.writeUInt16LE(20, 0)
		shared.writeUInt32LE(crc32(body), 10)
		shared.writeUInt32LE(body.length, 14)
		shared.writeUInt32LE(body.length, 18)
		shared.writeUInt16LE(nameBytes.length, 22)
		const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, nameBytes, body])
		const tail = Buffer.alloc(14)
		tail.writeUInt32LE(offset, 10)
		directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), shared, tail, nameBytes]))
		parts.push(local)
		offset += local.length
	}
	const list = Buffer.concat(directory)
	const end = Buffer.alloc(22)
	end.write('PK\x05\x06')
	end.writeUInt16LE(directory.length, 8)
	end.writeUInt16LE(directory.length, 10)
	end.writeUInt32LE(list.length, 12)
	end.writeUInt32LE(offset, 16)
	writeFileSync(file, Buffer.concat([...parts, list, end]))
}
