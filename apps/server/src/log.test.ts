import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { openLog } from './log.ts'

function written(isTerminal: boolean, write: (log: ReturnType<typeof openLog>) => void): string {
	let text = ''
	const destination = new Writable({
		write: (chunk: Buffer, _, done) => {
			text += chunk.toString()
			done()
		},
	})
	write(openLog('info', { isTerminal, destination }))
	return text
}

describe('the log', () => {
	it('is a line of JSON with level and time for each message', () => {
		const line = written(false, (log) => log.info({ session: 'x' }, 'a mod is connected'))
		expect(JSON.parse(line)).toEqual({
			level: 'info',
			time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
			session: 'x',
			msg: 'a mod is connected',
		})
	})

	it('leaves out what is less important than its level', () => {
		expect(written(false, (log) => log.debug('detail'))).toBe('')
	})

	it.each([false, true])(
		'never shows a token, also when a whole request is logged (in a terminal: %s)',
		(isTerminal) => {
			const text = written(isTerminal, (log) => {
				log.info({ token: 'hush', mod_token: 'hush', message: { token: 'hush' } }, 'one')
				log
					.child({ user: { token: 'hush' } })
					.warn({ req: { headers: { authorization: 'hush', cookie: 'hush' } } }, 'two')
			})
			expect(text).not.toContain('hush')
			expect(text.match(/\[secret\]/g)).toHaveLength(6)
		},
	)

	it.each([false, true])(
		'tells of an error what it is and where, not what was sent when it came (in a terminal: %s)',
		(isTerminal) => {
			const refused = Object.assign(new Error('WRONGPASS'), {
				code: 'ERR',
				command: { name: 'hello', args: ['3', 'AUTH', 'default', 'hush'] },
			})
			const text = written(isTerminal, (log) =>
				log.warn({ err: new Error('no bus', { cause: refused }) }, 'x'),
			)
			expect(text).toMatch(/no bus.*WRONGPASS[^]*log\.test\.ts/)
			const own = written(isTerminal, (log) => log.warn({ err: refused }, 'x'))
			expect(own).toMatch(/WRONGPASS[^]*ERR/)
			expect(text + own).not.toContain('hush')
		},
	)

	it('is meant to be read in a terminal', () => {
		expect(written(true, (log) => log.info('listening'))).toMatch(/\[\d\d:\d\d:\d\d\].*INFO.*listening/)
	})
})
