import type { SessionStatus } from '@speedfog/core/protocol/shapes'
import type { Fact, Run, Visit } from '@speedfog/core/run/run-state'

/** What one session has to store: its figures as of now, and what is new or changed beside them. */
export type Entry = {
	sessionId: string
	/** The fence the session is held with; a row with another one is another server's (P4). */
	fence: number
	/** The status the row must still have; another one means that somebody else ended the run (P23). */
	expected: SessionStatus
	run: Run
	/** Highest layer reached, for lists. */
	currentLayer: number
	modChangedAtMs: number | null
	/** Nothing but IGT, deaths and `ackSeq` has changed. */
	isFigures: boolean
	visits: readonly Visit[]
	facts: readonly ConnectedFact[]
}

/** A fact and the connection that told of it; null for what came by REST. */
export type ConnectedFact = Fact & { connectionId: string | null }

export type Statement = { name: string; text: string; values: unknown[] }

// A lost connection leaves open whether a commit took place. Each statement may therefore be run again: the
// condition also holds for a row that already is what it is to become.
const sessions = `
	update training_sessions s set
		status = f.status, simulated = f.simulated, igt_ms = f.igt_ms, deaths = f.deaths,
		deaths_highest = f.deaths_highest, era = f.era, current_seq = f.current_seq,
		current_layer = f.current_layer, ack_seq = f.ack_seq,
		mod_changed_at = to_timestamp(f.mod_changed_at_ms / 1000.0),
		finished_at = to_timestamp(f.finished_at_ms / 1000.0)
	from unnest(
		$1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::integer[], $6::integer[], $7::integer[],
		$8::integer[], $9::integer[], $10::integer[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[]
	) as f (
		id, expected, status, simulated, igt_ms, deaths, deaths_highest,
		era, current_seq, current_layer, ack_seq, mod_changed_at_ms, finished_at_ms, fence
	)
	where s.id = f.id and s.mod_fence = f.fence and (
		s.status = f.expected
		or (s.status = f.status and s.finished_at is not distinct from to_timestamp(f.finished_at_ms / 1000.0))
	)
	returning s.id`

const figures = `
	update training_sessions s set
		igt_ms = f.igt_ms, deaths = f.deaths, deaths_highest = f.deaths_highest, ack_seq = f.ack_seq,
		mod_changed_at = to_timestamp(f.mod_changed_at_ms / 1000.0)
	from unnest(
		$1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::integer[], $6::bigint[], $7::bigint[],
		$8::bigint[]
	) as f (id, expected, igt_ms, deaths, deaths_highest, ack_seq, mod_changed_at_ms, fence)
	where s.id = f.id and s.mod_fence = f.fence and s.status = f.expected`

const everything = `
	with written as (${sessions}
	), visited as (
		insert into visits (session_id, seq, era, node_id, from_node_id, flag_id, igt_ms, deaths)
		select v.* from unnest(
			$15::uuid[], $16::integer[], $17::integer[], $18::text[],
			$19::text[], $20::bigint[], $21::integer[], $22::integer[]
		) as v (session_id, seq, era, node_id, from_node_id, flag_id, igt_ms, deaths)
		where v.session_id in (select id from written)
		on conflict (session_id, seq) do update set
			era = excluded.era, node_id = excluded.node_id, from_node_id = excluded.from_node_id,
			flag_id = excluded.flag_id, igt_ms = excluded.igt_ms, deaths = excluded.deaths
	), noted as (
		insert into run_events
			(session_id, number, connection_id, kind, flag_id, igt_ms, node_id, detail, received_at)
		select e.session_id, e.number, e.connection_id, e.kind, e.flag_id, e.igt_ms, e.node_id,
			e.detail::jsonb, to_timestamp(e.received_at_ms / 1000.0)
		from unnest(
			$23::uuid[], $24::integer[], $25::uuid[], $26::text[], $27::bigint[],
			$28::integer[], $29::text[], $30::text[], $31::bigint[]
		) as e (session_id, number, connection_id, kind, flag_id, igt_ms, node_id, detail, received_at_ms)
		where e.session_id in (select id from written)
		on conflict do nothing
	)
	select id from written`

/** Figures alone. It counts what was written: nearly always that is all, and to return thousands of ids costs. */
export function figuresStatement(entries: readonly Entry[]): Statement {
	return { name: 'journal_figures', text: figures, values: figuresOf(entries) }
}

/** One statement, and so one transaction, for all entries. It returns the ids that were written. */
export function everythingStatement(entries: readonly Entry[]): Statement {
	const values: unknown[] = sessionsOf(entries)
	const visits = entries.flatMap(({ sessionId, visits }) => visits.map((visit) => ({ sessionId, visit })))
	const facts = entries.flatMap(({ sessionId, facts }) => facts.map((fact) => ({ sessionId, fact })))
	values.push(
		visits.map(({ sessionId }) => sessionId),
		visits.map(({ visit }) => visit.seq),
		visits.map(({ visit }) => visit.era),
		visits.map(({ visit }) => visit.nodeId),
		visits.map(({ visit }) => visit.fromNodeId),
		visits.map(({ visit }) => visit.flagId),
		visits.map(({ visit }) => visit.igtMs),
		visits.map(({ visit }) => visit.deaths),
		facts.map(({ sessionId }) => sessionId),
		facts.map(({ fact }) => fact.number),
		facts.map(({ fact }) => fact.connectionId),
		facts.map(({ fact }) => fact.kind),
		facts.map(({ fact }) => fact.flagId),
		facts.map(({ fact }) => fact.igtMs),
		facts.map(({ fact }) => fact.nodeId),
		facts.map(({ fact }) => fact.detail && JSON.stringify(fact.detail)),
		facts.map(({ fact }) => Math.round(fact.atMs)),
	)
	return { name: 'journal_everything', text: everything, values }
}

// Thousands of rows go out every second. None holds a character that an array literal would have to quote,
// so they are joined here: several times cheaper than the driver's own way.
function figuresOf(entries: readonly Entry[]): string[] {
	return [
		column(entries, ({ sessionId }) => sessionId),
		column(entries, ({ expected }) => expected),
		column(entries, ({ run }) => run.igtMs),
		column(entries, ({ run }) => run.deaths),
		column(entries, ({ run }) => run.deathsHighest),
		column(entries, ({ run }) => run.ackSeq),
		column(entries, ({ modChangedAtMs }) => modChangedAtMs),
		column(entries, ({ fence }) => fence),
	]
}

function sessionsOf(entries: readonly Entry[]): string[] {
	return [
		column(entries, ({ sessionId }) => sessionId),
		column(entries, ({ expected }) => expected),
		column(entries, ({ run }) => run.status),
		column(entries, ({ run }) => run.simulated),
		column(entries, ({ run }) => run.igtMs),
		column(entries, ({ run }) => run.deaths),
		column(entries, ({ run }) => run.deathsHighest),
		column(entries, ({ run }) => run.era),
		column(entries, ({ run }) => run.current && run.current.seq),
		column(entries, ({ currentLayer }) => currentLayer),
		column(entries, ({ run }) => run.ackSeq),
		column(entries, ({ modChangedAtMs }) => modChangedAtMs),
		column(entries, ({ run }) => run.finishedAtMs),
		column(entries, ({ fence }) => fence),
	]
}

function column(
	entries: readonly Entry[],
	value: (entry: Entry) => string | number | boolean | null,
): string {
	let text = '{'
	for (const entry of entries) text += (text === '{' ? '' : ',') + value(entry)
	return text + '}'
}
