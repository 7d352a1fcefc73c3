import { PassThrough } from 'node:stream'
import type { Writable } from 'node:stream'
import * as ws from 'ws'
import { expect, it } from 'vitest'
import { Message } from './message.ts'

// The types leave it out; it is what every `ws` client reads with.
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable }

it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
	'a frame of %i characters is read as it was written',
	async (length) => {
		expect(await read(new Message('x'.repeat(length)).frame)).toBe('x'.repeat(length))
	},
)

it('a frame of any script is read as it was written', async () => {
	const text = 'Straße 城 🔥'.repeat(20)
	expect(await read(new Message(text).frame)).toBe(text)
	expect(await read(new Message(Buffer.from(text)).frame)).toBe(text)
})

it('is made into bytes once', () => {
	const message = new Message('once')
	expect(message.frame).toBe(message.frame)
})

function read(frame: Buffer): Promise<string> {
	return new Promise((resolve, reject) => {
		const receiver = new Receiver({ isServer: false })
		receiver.on('message', (data: Buffer) => resolve(data.toString())).on('error', reject)
		new PassThrough().end(frame).pipe(receiver)
	})
}
