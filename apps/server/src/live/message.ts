/** A text for many sockets: made into bytes once, by the first socket that needs bytes. */
export class Message {
	readonly text: string
	#frame: Buffer | undefined

	constructor(text: string) {
		this.text = text
	}

	/** A whole WebSocket frame: unmasked, unfragmented, uncompressed text (RFC 6455, section 5.2). */
	get frame(): Buffer {
		return (this.#frame ??= frameOf(this.text))
	}
}

const FINAL_TEXT = 0x81
const LENGTH_IN_16_BITS = 126
const LENGTH_IN_64_BITS = 127

function frameOf(text: string): Buffer {
	const length = Buffer.byteLength(text)
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
	frame.write(text, start)
	return frame
}
