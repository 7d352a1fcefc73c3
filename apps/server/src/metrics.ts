import type pg from 'pg'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { IntervalHistogram } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Bus } from '#live/bus.ts'
import type { LiveSessions } from '#training/live-sessions.ts'
import { version } from '../package.json'

export type Metrics = {
	registry: Registry
	/** A batch of sessions was stored in one transaction. */
	noteCommit(sessions: number, ms: number): void
	watch(parts: Watched): void
	close(): void
}

type Watched = {
	live: Pick<LiveSessions, 'size' | 'traffic' | 'journal'>
	upgrades: { readonly count: number }
	pool: Pick<pg.Pool, 'totalCount' | 'idleCount' | 'waitingCount'>
	bus: Pick<Bus, 'isUp'>
}

/** A timer this often tells how late the event loop is; what is measured contains the pause itself. */
const RESOLUTION_MS = 20
const COMMIT_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
const COMMIT_SESSIONS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]

/** What `/metrics` shows. But for one note a commit, everything is read when somebody asks. */
export function openMetrics(): Metrics {
	const registry = new Registry()
	const registers = [registry]
	const seconds = new Histogram({
		name: 'speedfog_commit_seconds',
		help: 'Time from taking a batch of sessions to its commit',
		buckets: COMMIT_SECONDS,
		registers,
	})
	const sessions = new Histogram({
		name: 'speedfog_commit_sessions',
		help: 'Sessions stored by one commit',
		buckets: COMMIT_SESSIONS,
		registers,
	})
	const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
	delay.enable()
	watchProcess(registry, delay)
	return {
		registry,
		noteCommit: (count, ms) => {
			seconds.observe(ms / 1000)
			sessions.observe(count)
		},
		watch: (parts) => watchParts(registry, parts),
		close: () => void delay.disable(),
	}
}

function watchParts(registry: Registry, { live, upgrades, pool, bus }: Watched): void {
	const { traffic, journal } = live
	gauge(registry, 'speedfog_sockets', 'Open WebSockets', () => upgrades.count)
	gauge(registry, 'speedfog_sessions', 'Sessions in memory', () => live.size.sessions)
	gauge(registry, 'speedfog_mods', 'Sessions whose game is connected', () => live.size.mods)
	gauge(registry, 'speedfog_rooms', 'Sessions that somebody watches', () => live.size.rooms)
	counter(registry, 'speedfog_frames_in_total', 'Frames received', () => traffic.framesIn)
	counter(registry, 'speedfog_frames_out_total', 'Frames sent', () => traffic.framesOut)
	counter(registry, 'speedfog_bad_frames_total', 'Frames of mods refused (P30)', () => traffic.badFrames)
	counter(
		registry,
		'speedfog_dropped_spectators_total',
		'Spectators that did not read',
		() => traffic.dropped,
	)
	gauge(registry, 'speedfog_journal_depth', 'Sessions that wait for a commit', () => journal.depth)
	gauge(registry, 'speedfog_journal_away', '1 while the database is away', () => Number(journal.isAway))
	counter(registry, 'speedfog_commit_retries_total', 'Commits that failed', () => journal.figures.retries)
	gauge(registry, 'speedfog_bus_away', '1 while servers do not hear each other', () => Number(!bus.isUp()))
	labelled(registry, 'speedfog_database_connections', 'Connections of the pool', 'state', () => ({
		busy: pool.totalCount - pool.idleCount,
		idle: pool.idleCount,
		wanted: pool.waitingCount,
	}))
}

function watchProcess(registry: Registry, delay: IntervalHistogram): void {
	labelled(registry, 'speedfog_build', 'The version that runs', 'version', () => ({ [version]: 1 }))
	labelled(registry, 'speedfog_event_loop_delay_seconds', 'Lateness since the last look', 'quantile', () => {
		const late = (ns: number) => (delay.count === 0 ? 0 : Math.max(0, ns / 1e6 - RESOLUTION_MS) / 1000)
		const found = { 0.5: late(delay.percentile(50)), 0.99: late(delay.percentile(99)), 1: late(delay.max) }
		delay.reset()
		return found
	})
	counter(registry, 'process_cpu_seconds_total', 'CPU time of this process', () => {
		const { user, system } = process.cpuUsage()
		return (user + system) / 1e6
	})
	gauge(registry, 'process_resident_memory_bytes', 'Memory of this process', () => process.memoryUsage.rss())
	gauge(registry, 'nodejs_heap_used_bytes', 'Memory of live objects', () => process.memoryUsage().heapUsed)
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
	const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(read()) })
}

function counter(registry: Registry, name: string, help: string, read: () => number): void {
	const made: Counter = new Counter({
		name,
		help,
		registers: [registry],
		collect: () => {
			made.reset()
			made.inc(read())
		},
	})
}

type ByLabel = () => Record<string, number>

function labelled(registry: Registry, name: string, help: string, label: string, read: ByLabel): void {
	const made: Gauge = new Gauge({
		name,
		help,
		registers: [registry],
		labelNames: [label],
		collect: () => {
			for (const [value, number] of Object.entries(read())) made.set({ [label]: value }, number)
		},
	})
}
