// Run as a process of its own: an embedded PostgreSQL as a server has it, until it is told to stop or killed.
import { pino } from 'pino'
import { open } from '../../database.ts'
import * as embedded from '../../embedded.ts'
import { Refused } from '#refused.ts'

const log = pino(
	{ level: 'info' },
	{ write: (line: string) => tell({ log: (JSON.parse(line) as { msg: string }).msg }) },
)

try {
	const options = JSON.parse(process.argv[2]!) as Omit<embedded.Options, 'log'>
	const postgres = await embedded.start({ isDurable: false, ...options, log })
	const { pool, close } = open(postgres.connection, { log })
	process.on('SIGTERM', () => {
		void close()
			.then(() => postgres.stop())
			.then(() => process.exit(0))
	})
	await pool.query('create table if not exists starts (at timestamptz); insert into starts values (now())')
	const { rows } = await pool.query<{ count: number }>('select count(*) from starts')
	tell({ ready: { connection: postgres.connection, starts: rows[0]!.count } })
} catch (error) {
	tell(error instanceof Refused ? { refused: error.message } : { failed: String(error) })
	process.exit(1)
}

function tell(message: object): void {
	process.stdout.write(`${JSON.stringify(message)}\n`)
}
