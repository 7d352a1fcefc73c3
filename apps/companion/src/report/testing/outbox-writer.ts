import { openOutbox } from '../outbox.ts'

// Puts flags into an outbox, one after the other, and says which are safe, until it is killed.
const [file = '', from = ''] = process.argv.slice(2)
const outbox = openOutbox(file, (problem) => process.stderr.write(`${problem}\n`))
const next = (id: number) => {
	outbox.record({ type: 'add', message: { type: 'event_flag', flag_id: id, igt_ms: id } })
	process.stdout.write(`${id}\n`)
	setImmediate(next, id + 1)
}
next(Number(from))
