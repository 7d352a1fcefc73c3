export function u16(value: number): Buffer {
	const bytes = Buffer.alloc(2)
	bytes.writeUInt16LE(value)
	return bytes
}

export function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4)
	bytes.writeUInt32LE(value)
	return bytes
}

export function u64(value: bigint): Buffer {
	const bytes = Buffer.alloc(8)
	bytes.writeBigUInt64LE(value)
	return bytes
}

export function f32(value: number): Buffer {
	const bytes = Buffer.alloc(4)
	bytes.writeFloatLE(value)
	return bytes
}
