import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import type { z } from 'zod'
import { Refused } from '#refused.ts'
import { END_OF_TABLE, Head, Tail } from './format.ts'

const CHUNK_BYTES = 1024 * 1024
const NEWLINE = 0x0a
const TERMINATOR = Buffer.from(`\n${END_OF_TABLE}\n`)

/** Reads a data file once, front to back: `head`, `rows` of each table in turn, `end`. */
export class ArchiveReader {
	readonly #file: string
	readonly #source: ReadStream
	readonly #chunks: AsyncIterator<Buffer>
	readonly #sum = createHash('sha256')
	#rest: Buffer = Buffer.alloc(0)

	constructor(file: string) {
		this.#file = file
		this.#source = createReadStream(file)
		const unpacked = createGunzip({ chunkSize: CHUNK_BYTES })
		this.#source.on('error', (error) => unpacked.destroy(error))
		this.#chunks = (this.#source.pipe(unpacked) as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
	}

	async head(): Promise<Head> {
		return this.#json(await this.#line(), Head)
	}

	/** Whole lines, as COPY takes them, to the end of the table. */
	async *rows(): AsyncGenerator<Buffer> {
		for (;;) {
			if (this.#rest.length < TERMINATOR.length && !(await this.#more()))
				throw this.#damaged('it is cut short')
			if (this.#rest.subarray(0, TERMINATOR.length - 1).equals(TERMINATOR.subarray(1))) {
				this.#take(TERMINATOR.length - 1)
				return
			}
			const end = this.#rest.indexOf(TERMINATOR)
			const whole = end >= 0 ? end + 1 : this.#rest.lastIndexOf(NEWLINE) + 1
			if (whole > 0) yield this.#take(whole)
			else if (!(await this.#more())) throw this.#damaged('it is cut short')
		}
	}

	/** Throws unless the file ends here and is, to the last byte, what was written. */
	async end(): Promise<void> {
		const expected = this.#sum.copy().digest('hex')
		const { sha256 } = this.#json(await this.#line(), Tail)
		if (sha256 !== expected) throw this.#damaged('its checksum is wrong')
		if (this.#rest.length > 0 || (await this.#more())) throw this.#damaged('something follows its end')
	}

	close(): void {
		this.#source.destroy()
	}

	async #line(): Promise<string> {
		for (;;) {
			const end = this.#rest.indexOf(NEWLINE)
			if (end >= 0) return this.#take(end + 1).toString()
			if (!(await this.#more())) throw this.#damaged('it is cut short')
		}
	}

	#take(length: number): Buffer {
		const taken = this.#rest.subarray(0, length)
		this.#rest = this.#rest.subarray(length)
		this.#sum.update(taken)
		return taken
	}

	async #more(): Promise<boolean> {
		try {
			const { value, done } = await this.#chunks.next()
			if (done) return false
			this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value])
			return true
		} catch (error) {
			const { code = '', message } = error as NodeJS.ErrnoException
			if (code.startsWith('Z_')) throw this.#damaged(message)
			throw new Refused(`${this.#file} cannot be read (${code || message}).`)
		}
	}

	#json<Schema extends z.ZodType>(text: string, schema: Schema): z.infer<Schema> {
		try {
			return schema.parse(JSON.parse(text))
		} catch {
			throw this.#damaged('it is no data file of this version')
		}
	}

	#damaged(why: string): Refused {
		return new Refused(`${this.#file} is damaged: ${why}. Nothing was imported.`)
	}
}
