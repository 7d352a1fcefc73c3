import { connect } from 'node:net'
import type { Socket } from 'node:net'

export type Heard = {
	/** Text frames as bytes, which are only good until the call returns. */
	text(bytes: Buffer): void
	/** Once; 1006 when the connection broke or was never made. */
	closed(code: number): void
}

const TEXT = 0x81
const MASKED = 0x80
const OPCODES = { text: 1, close: 8, ping: 9 } as const
const LENGTH_IN_16_BITS = 126
const ABNORMAL = 1006
const END_OF_HEAD = Buffer.from('\r\n\r\n')

/**
 * A WebSocket client that does no more than a load of tens of thousands needs, so that it takes as little as can be of
 * the machine that it shares with what is measured: a mask of zeros, no fragments, no compression.
 */
export class ThinSocket {
	readonly #socket: Socket
	readonly #heard: Heard
	#rest: Buffer | undefined
	#isOpen = false
	#code = ABNORMAL

	constructor(url: string, opened: () => void, heard: Heard) {
		const { hostname, port, pathname, host } = new URL(url)
		this.#heard = heard
		this.#socket = connect({ host: hostname, port: Number(port), noDelay: true })
		this.#socket.on('connect', () =>
			this.#socket.write(
				`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
			),
		)
		this.#socket.on('data', (chunk) => {
			const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
			const from = this.#isOpen ? 0 : this.#readHead(bytes, opened)
			const read = this.#isOpen ? this.#readFrames(bytes, from) : 0
			this.#rest = read < bytes.length ? bytes.subarray(read) : undefined
		})
		this.#socket.on('error', () => {})
		this.#socket.on('close', () => heard.closed(this.#code))
	}

	send(text: string): void {
		const length = Buffer.byteLength(text)
		if (length >= LENGTH_IN_16_BITS) return void this.#socket.write(longFrame(text, length))
		const frame = Buffer.allocUnsafe(6 + length)
		frame[0] = TEXT
		frame[1] = MASKED | length
		frame.fill(0, 2, 6)
		frame.write(text, 6)
		this.#socket.write(frame)
	}

	end(): void {
		this.#socket.destroy()
	}

	/** Where the frames begin, once the whole head is there. */
	#readHead(bytes: Buffer, opened: () => void): number {
		const end = bytes.indexOf(END_OF_HEAD)
		if (end < 0) return 0
		if (bytes.toString('latin1', 9, 12) !== '101') {
			this.#socket.destroy()
			return 0
		}
		this.#isOpen = true
		opened()
		return end + END_OF_HEAD.length
	}

	/** How far whole frames went. */
	#readFrames(bytes: Buffer, from: number): number {
		for (let at = from; ;) {
			if (bytes.length < at + 2) return at
			const short = bytes[at + 1]!
			const start = at + (short < LENGTH_IN_16_BITS ? 2 : short === LENGTH_IN_16_BITS ? 4 : 10)
			if (bytes.length < start) return at
			const length =
				short < LENGTH_IN_16_BITS
					? short
					: short === LENGTH_IN_16_BITS
						? bytes.readUInt16BE(at + 2)
						: Number(bytes.readBigUInt64BE(at + 2))
			if (bytes.length < start + length) return at
			this.#take(bytes[at]! & 0x0f, bytes.subarray(start, start + length))
			at = start + length
		}
	}

	#take(opcode: number, payload: Buffer): void {
		if (opcode === OPCODES.text) return this.#heard.text(payload)
		// What comes back is what came, as the protocol has it, with a mask of zeros.
		const answer = opcode === OPCODES.ping ? 0x8a : opcode === OPCODES.close ? 0x88 : undefined
		if (answer === undefined) return
		if (opcode === OPCODES.close && payload.length >= 2) this.#code = payload.readUInt16BE(0)
		this.#socket.write(Buffer.concat([Buffer.from([answer, MASKED | payload.length, 0, 0, 0, 0]), payload]))
		if (opcode === OPCODES.close) this.#socket.end()
	}
}

function longFrame(text: string, length: number): Buffer {
	const frame = Buffer.alloc(8 + length)
	frame[0] = TEXT
	frame[1] = MASKED | LENGTH_IN_16_BITS
	frame.writeUInt16BE(length, 2)
	frame.write(text, 8)
	return frame
}
