/** A text for many sockets: made into bytes once, by the first socket that needs bytes. */
export class Message {
	readonly #content: string | Buffer
	#frame: Buffer | undefined

	/** Bytes are those of a text in UTF-8. */
	constructor(content: string | Buffer) {
		this.#content = content
	}

	get text(): string {
		return this.#content.toString()
	}

	/** A whole WebSocket frame: unmasked, unfragmented, uncompressed text (RFC 6455, section 5.2). */
	get frame(): Buffer {
		return (this.#frame ??= frameOf(this.#content))
	}
}

const FINAL_TEXT = 0x81
const LENGTH_IN_16_BITS = 126
const LENGTH_IN_64_BITS = 127

function frameOf(content: string | Buffer): Buffer {
	const length = Buffer.byteLength(content)
	const start = length < LENGTH_IN_16_BITS ? 2 : length <= 0xffff ? 4 : 10
	const frame = Buffer.allocUnsafe(start + length)
	frame[0] = FINAL_TEXT
	if (start === 2) {
		frame[1] = length
	} else if (start === 4) {
		frame[1] = LENGTH_IN_16_BITS
		frame.writeUInt16BE(length, 2)
	} else {
		frame[1] = LENGTH_IN_64_BITS
		frame.writeBigUInt64BE(BigInt(length), 2)
	}
	if (typeof content === 'string') frame.write(content, start)
	else content.copy(frame, start)
	return frame
}
