import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { diamond } from '@speedfog/core/graph/testing'
import type { Run, Visit } from '@speedfog/core/run/run-state'
import { open } from '#database/database.ts'
import { freshDatabase } from '#database/testing.ts'
import type { TestDatabase } from '#database/testing.ts'
import { systemClock } from '#live/clock.ts'
import { fakeClock } from '#live/testing/fake-clock.ts'
import { silentLog } from '#log.ts'
import { Journal, outcomeOf } from './journal.ts'
import type { Entry, Outcome } from './journal.ts'
import { makeRows } from './testing/rows.ts'
import type { Rows } from './testing/rows.ts'

let database: TestDatabase
let rows: Rows

beforeAll(async () => {
	database = await freshDatabase()
	rows = await makeRows(database, diamond())
})
afterAll(() => database.drop())

const run: Run = {
	status: 'active',
	simulated: false,
	createdAtMs: 0,
	finishedAtMs: null,
	igtMs: 0,
	deaths: 0,
	deathsHighest: 0,
	era: 0,
	visits: [],
	history: [],
	current: null,
	reached: null,
	recordedFlags: new Set(),
	unknownFlags: new Set(),
	factCount: 0,
	ackSeq: 0,
	connection: null,
	hold: null,
}

const visit: Visit = { seq: 0, era: 0, nodeId: 'quay', fromNodeId: null, flagId: null, igtMs: 0, deaths: 0 }

type Wish = Partial<Omit<Entry, 'run'>> & { run?: Partial<Run> }

function entry(sessionId: string, { run: figures, ...rest }: Wish = {}): Entry {
	return {
		sessionId,
		fence: 0,
		expected: 'active',
		run: { ...run, ...figures },
		currentLayer: 0,
		modChangedAtMs: null,
		isFigures: false,
		visits: [],
		facts: [],
		...rest,
	}
}

function flagFact(number: number, flagId: number, igtMs: number, nodeId = 'abbey') {
	const connectionId = '0198a0a0-0000-7000-8000-000000000001'
	return { kind: 'flag' as const, atMs: 1000, flagId, igtMs, nodeId, detail: null, number, connectionId }
}

const nobody = { noteStored() {} }

function writeSoon(journal: Journal, soon: Entry): Promise<Outcome> {
	return outcomeOf(journal.writeSoon(soon, nobody))
}

async function openJournal(pool: pg.Pool = database.pool) {
	const journal = new Journal({ pool, log: silentLog, clock: systemClock })
	onTestFinished(() => journal.close(0))
	return journal
}

describe('a commit', () => {
	it('[P22] holds the figures, the visits and the facts of a flag together', async () => {
		const journal = await openJournal()
		const id = await rows.session()
		const outcome = await journal.write(
			entry(id, {
				run: { igtMs: 61_000, deaths: 2, current: { seq: 1, nodeId: 'abbey' }, ackSeq: 4 },
				currentLayer: 1,
				visits: [
					visit,
					{ ...visit, seq: 1, nodeId: 'abbey', fromNodeId: 'quay', flagId: 7, igtMs: 60_000, deaths: 2 },
				],
				facts: [flagFact(0, 7, 60_000)],
			}),
		)
		expect(outcome).toEqual({ result: 'stored', ackSeq: 4 })
		expect(await rows.stored(id)).toEqual({
			status: 'active',
			igtMs: 61_000,
			deaths: 2,
			ackSeq: 4,
			currentLayer: 1,
			visits: [
				{ node: 'quay', from: null, flag: null, igtMs: 0, deaths: 0 },
				{ node: 'abbey', from: 'quay', flag: 7, igtMs: 60_000, deaths: 2 },
			],
			events: [{ kind: 'flag', flag: 7, igtMs: 60_000, node: 'abbey' }],
		})
	})

	it('is shared by all that waits', async () => {
		const journal = await openJournal()
		const ids = await Promise.all([rows.session(), rows.session(), rows.session()])
		await Promise.all(ids.map((id) => journal.write(entry(id, { facts: [flagFact(0, 7, 1)] }))))
		expect(journal.figures.commits).toBe(1)
		expect(journal.figures.entries).toBe(3)
		const { rows: marks } = await database.pool.query(
			'select distinct xmin::text from run_events where session_id = any($1)',
			[ids],
		)
		expect(marks).toHaveLength(1)
	})

	it('gathers the next batch while one is under way', async () => {
		const journal = await openJournal()
		const ids = await Promise.all(Array.from({ length: 20 }, () => rows.session()))
		const first = journal.write(entry(ids[0]!))
		while (journal.depth > 0 && journal.figures.commits === 0) {
			await new Promise((resolve) => setImmediate(resolve))
			if (journal.depth === 1) break
		}
		const others = ids.slice(1).map((id) => journal.write(entry(id)))
		await Promise.all([first, ...others])
		expect(journal.figures.commits).toBe(2)
	})

	it('tells nothing before it is there', async () => {
		const journal = await openJournal()
		const id = await rows.session()
		const blocker = await database.pool.connect()
		await blocker.query('begin')
		await blocker.query('select 1 from training_sessions where id = $1 for update', [id])
		let told = false
		const outcome = journal.write(entry(id, { run: { igtMs: 5 } })).then(() => (told = true))
		await sleep(100)
		expect(told).toBe(false)
		await blocker.query('commit')
		blocker.release()
		await outcome
		expect((await rows.stored(id)).igtMs).toBe(5)
	})

	it('changes nothing when it is made twice, as after a connection that was lost in the middle of it', async () => {
		const journal = await openJournal()
		const id = await rows.session()
		const finish = entry(id, {
			run: { status: 'finished', finishedAtMs: 1_700_000_000_123, igtMs: 9 },
			visits: [visit],
			facts: [flagFact(0, 7, 1), { ...flagFact(1, 8, 9), kind: 'finish' }],
		})
		expect(await journal.write(finish)).toMatchObject({ result: 'stored' })
		const before = await rows.stored(id)
		expect(await journal.write(finish)).toMatchObject({ result: 'stored' })
		expect(await rows.stored(id)).toEqual(before)
		expect(before.events).toHaveLength(2)
	})

	it('[P23] stores nothing at all of a run that was ended elsewhere', async () => {
		const journal = await openJournal()
		const id = await rows.session()
		await database.pool.query(`update training_sessions set status = 'abandoned' where id = $1`, [id])
		const finish = entry(id, {
			run: { status: 'finished', finishedAtMs: 1_700_000_000_000, igtMs: 9 },
			visits: [visit],
			facts: [flagFact(0, 7, 1)],
		})
		expect(await journal.write(finish)).toMatchObject({ result: 'refused' })
		expect(await rows.stored(id)).toMatchObject({ status: 'abandoned', igtMs: 0, visits: [], events: [] })
	})

	it('[P22] cannot store a re-sent flag twice', async () => {
		const journal = await openJournal()
		const id = await rows.session()
		await journal.write(entry(id, { facts: [flagFact(0, 7, 60_000)] }))
		await journal.write(entry(id, { facts: [flagFact(1, 7, 60_000), flagFact(2, 7, 61_000)] }))
		expect((await rows.stored(id)).events.map(({ igtMs }) => igtMs)).toEqual([60_000, 61_000])
	})

	it('that the database cannot take fails alone, not those that share it', async () => {
		const journal = await openJournal()
		const [good, bad] = await Promise.all([rows.session(), rows.session()])
		const outcomes = await Promise.all([
			journal.write(entry(good, { run: { igtMs: 3 } })),
			journal.write(entry(bad, { visits: [{ ...visit, nodeId: 'zero\0byte' }] })),
		])
		expect(outcomes.map(({ result }) => result)).toEqual(['stored', 'unstorable'])
		expect((await rows.stored(good)).igtMs).toBe(3)
	})
})

describe('figures', () => {
	it('[P22] are written behind, at most 2 s later, many sessions in one statement', async () => {
		const clock = fakeClock()
		const journal = new Journal({ pool: database.pool, log: silentLog, clock })
		onTestFinished(() => journal.close(0))
		const ids = await Promise.all([rows.session(), rows.session()])
		const outcomes = ids.map((id) => writeSoon(journal, entry(id, { run: { igtMs: 1000 } })))
		clock.advance(1_000)
		void writeSoon(journal, entry(ids[0]!, { run: { igtMs: 2000 } }))
		await sleep(50)
		expect(journal.figures.commits).toBe(0)
		clock.advance(750)
		await Promise.all(outcomes)
		expect(journal.figures.commits).toBe(1)
		expect((await rows.stored(ids[0]!)).igtMs).toBe(2000)
		expect((await rows.stored(ids[1]!)).igtMs).toBe(1000)
	})

	it('[P22] are written in time also when the clock is set back', async () => {
		const clock = fakeClock()
		const journal = new Journal({ pool: database.pool, log: silentLog, clock })
		onTestFinished(() => journal.close(0))
		const outcome = writeSoon(journal, entry(await rows.session(), { run: { igtMs: 1000 } }))
		clock.setBack(3_600_000)
		clock.advance(1_750)
		expect((await outcome).result).toBe('stored')
	})

	it('[P22] that wait go with the commit of the session’s next flag, deaths of their visit included', async () => {
		const clock = fakeClock()
		const journal = new Journal({ pool: database.pool, log: silentLog, clock })
		onTestFinished(() => journal.close(0))
		const id = await rows.session()
		await journal.write(entry(id, { visits: [visit] }))
		const soon = writeSoon(
			journal,
			entry(id, { run: { igtMs: 1000, deaths: 1 }, visits: [{ ...visit, deaths: 1 }] }),
		)
		const now = journal.write(entry(id, { run: { igtMs: 1500, deaths: 1 }, facts: [flagFact(0, 7, 1500)] }))
		await Promise.all([soon, now])
		expect(journal.figures.commits).toBe(2)
		expect(await rows.stored(id)).toMatchObject({ igtMs: 1500, deaths: 1, visits: [{ deaths: 1 }] })
	})

	it('[P4] [P23] of runs that others have or ended are refused, and those that share the statement are stored', async () => {
		const journal = await openJournal()
		const [mine, theirs, ended, gone] = await Promise.all([1, 2, 3, 4].map(() => rows.session()))
		await database.pool.query('update training_sessions set mod_fence = 1 where id = $1', [theirs])
		await database.pool.query(`update training_sessions set status = 'abandoned' where id = $1`, [ended])
		await database.pool.query('delete from training_sessions where id = $1', [gone])
		const outcomes = [ended, mine, theirs, gone].map((id) =>
			writeSoon(journal, entry(id!, { isFigures: true, run: { igtMs: 7, ackSeq: 3 } })),
		)
		await journal.flush()
		const results = (await Promise.all(outcomes)).map(({ result }) => result)
		expect(results).toEqual(['refused', 'stored', 'refused', 'refused'])
		expect(await rows.stored(mine!)).toMatchObject({ igtMs: 7, ackSeq: 3 })
		for (const id of [theirs, ended]) expect(await rows.stored(id!)).toMatchObject({ igtMs: 0, ackSeq: 0 })
	})

	it('[P4] of before another server had the run do not take with them what is said since', async () => {
		const journal = await openJournal()
		const id = await rows.session()
		await database.pool.query('update training_sessions set mod_fence = 2 where id = $1', [id])
		const old = writeSoon(journal, entry(id, { run: { igtMs: 1 } }))
		const soon = writeSoon(journal, entry(id, { fence: 2, run: { igtMs: 2 } }))
		const now = journal.write(entry(id, { fence: 2, run: { igtMs: 3 } }))
		const results = (await Promise.all([old, soon, now])).map(({ result }) => result)
		expect(results).toEqual(['refused', 'stored', 'stored'])
		expect((await rows.stored(id)).igtMs).toBe(3)
	})

	it('[P22] have their turn though flags never stop coming', async () => {
		const clock = fakeClock()
		const journal = new Journal({ pool: database.pool, log: silentLog, clock })
		onTestFinished(() => journal.close(0))
		const ids = await Promise.all([rows.session(), rows.session(), rows.session()])
		let isStored = false
		void writeSoon(journal, entry(ids[0]!, { isFigures: true })).then(() => (isStored = true))
		let rounds = 0
		const flags = ids.slice(1).map(async (id) => {
			while (!isStored && ++rounds < 100) {
				await Promise.race([journal.write(entry(id)), sleep(5)])
				clock.advance(250)
			}
		})
		await Promise.all(flags)
		expect(isStored).toBe(true)
		await journal.flush()
	})

	it('are all stored by a flush', async () => {
		const clock = fakeClock()
		const journal = new Journal({ pool: database.pool, log: silentLog, clock })
		onTestFinished(() => journal.close(0))
		const id = await rows.session()
		void writeSoon(journal, entry(id, { run: { igtMs: 77 } }))
		await journal.flush()
		expect((await rows.stored(id)).igtMs).toBe(77)
		expect(journal.depth).toBe(0)
	})
})

describe('closing', () => {
	it('stores what comes while the rest is being stored', async () => {
		const journal = await openJournal()
		const [first, second, third] = await Promise.all([rows.session(), rows.session(), rows.session()])
		const blocker = await database.pool.connect()
		await blocker.query('begin')
		await blocker.query('select 1 from training_sessions where id = $1 for update', [first])
		const outcomes = [journal.write(entry(first, { run: { igtMs: 1 } }))]
		await sleep(50)
		const closing = journal.close()
		outcomes.push(writeSoon(journal, entry(second, { run: { igtMs: 2 } })))
		outcomes.push(journal.write(entry(third, { run: { igtMs: 3 } })))
		await blocker.query('commit')
		blocker.release()
		await closing
		for (const outcome of outcomes) expect(await outcome).toMatchObject({ result: 'stored' })
		expect((await rows.stored(second)).igtMs).toBe(2)
	})
})

describe('while the database is away', () => {
	it('everything waits and is there afterwards, in order', async () => {
		const gate = gatedPool()
		const journal = await openJournal(gate.pool)
		const id = await rows.session()
		await journal.write(entry(id, { run: { igtMs: 1 } }))
		await gate.shut()
		const first = journal.write(entry(id, { run: { igtMs: 2 }, facts: [flagFact(0, 7, 2)] }))
		void writeSoon(journal, entry(id, { run: { igtMs: 3 } }))
		await sleep(300)
		expect(journal.isAway).toBe(true)
		expect((await rows.stored(id)).igtMs).toBe(1)
		gate.open()
		expect(await first).toMatchObject({ result: 'stored' })
		await journal.flush()
		expect(journal.isAway).toBe(false)
		expect(await rows.stored(id)).toMatchObject({ igtMs: 3, events: [{ flag: 7 }] })
	})

	it('a connection that ends in the middle of a commit costs nothing', async () => {
		const journal = await openJournal()
		const ids = await Promise.all(Array.from({ length: 30 }, () => rows.session()))
		const outcomes: Promise<unknown>[] = []
		for (const [index, id] of ids.entries()) {
			outcomes.push(journal.write(entry(id, { facts: [flagFact(0, 7, index)] })))
			if (index % 10 === 5) {
				await database.pool.query(
					`select pg_terminate_backend(pid) from pg_stat_activity
					where datname = current_database() and pid <> pg_backend_pid() and query like '%unnest%'`,
				)
			}
		}
		for (const outcome of await Promise.all(outcomes)) expect(outcome).toMatchObject({ result: 'stored' })
		for (const id of ids) expect((await rows.stored(id)).events).toHaveLength(1)
	})

	it('a deadlock is none of that: the commit is made once the others are done', async () => {
		const journal = await openJournal()
		const id = await rows.session()
		const other = await database.pool.connect()
		try {
			// The session's row and its visit, the other way round than a commit takes them.
			await other.query('begin')
			await other.query(
				`insert into visits (session_id, seq, era, node_id, igt_ms, deaths) values ($1, 0, 0, 'quay', 0, 0)`,
				[id],
			)
			const outcome = journal.write(entry(id, { run: { igtMs: 5 }, visits: [visit] }))
			await expect.poll(() => waitingCommits()).toBe(1)
			const isChosen = await other
				.query('update training_sessions set deaths = 9 where id = $1', [id])
				.catch(() => 'the other one')
			// On a very busy machine PostgreSQL may choose the other one, and then nothing is to be seen.
			if (isChosen !== 'the other one') await expect.poll(() => journal.figures.retries).toBeGreaterThan(0)
			expect(journal.isAway).toBe(false)
			await other.query('rollback')
			expect(await outcome).toMatchObject({ result: 'stored' })
			expect(await rows.stored(id)).toMatchObject({ igtMs: 5, deaths: 0, visits: [{ node: 'quay' }] })
		} finally {
			other.release(true)
		}
	})

	it('closing gives up after its grace and says what is lost', async () => {
		const gate = gatedPool()
		const journal = await openJournal(gate.pool)
		await gate.shut()
		const outcome = journal.write(entry(await rows.session()))
		await journal.close(100)
		expect(await outcome).toMatchObject({ result: 'given_up' })
	})
})

/** Commits that wait for a lock. */
async function waitingCommits(): Promise<number> {
	const { rows } = await database.pool.query<{ count: number }>(
		`select count(*)::int as count from pg_stat_activity
		where datname = current_database() and wait_event_type = 'Lock' and query like '%unnest%'`,
	)
	return rows[0]!.count
}

/** A pool whose connections can be cut and refused, as when PostgreSQL is stopped. */
function gatedPool() {
	const { pool, close } = open(database.connection, { log: silentLog, max: 2 })
	onTestFinished(() => close())
	const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>
	let isOpen = true
	const taken = new Set<pg.PoolClient>()
	pool.connect = (async () => {
		if (!isOpen) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
		const client = await connect()
		taken.add(client)
		return client
	}) as typeof pool.connect
	return {
		pool,
		open: () => void (isOpen = true),
		async shut() {
			isOpen = false
			for (const client of taken) {
				const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
				await database.pool.query('select pg_terminate_backend($1)', [rows[0]!.pid])
			}
			taken.clear()
		},
	}
}
