/** What Chromium must write down for `read`. */
export const CATEGORIES = [
	'toplevel',
	'disabled-by-default-devtools.timeline',
	'disabled-by-default-devtools.timeline.frame',
	'devtools.timeline',
]

type TraceEvent = { name: string; ph: string; pid: number; tid: number; ts: number; dur?: number }

/** The tasks of the page's main thread, and its work from one frame to the next. */
export function read(trace: Buffer): { tasksMs: number[]; framesMs: number[] } {
	const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }
	const frames = traceEvents.filter(({ name }) => name === 'BeginMainThreadFrame')
	const main = busiest(frames)
	const onMain = ({ pid, tid }: TraceEvent) => `${pid} ${tid}` === main
	const tasks = traceEvents
		.filter((event) => event.ph === 'X' && event.name === 'RunTask' && onMain(event))
		.sort((a, b) => a.ts - b.ts)
	const starts = frames
		.filter(onMain)
		.map(({ ts }) => ts)
		.sort((a, b) => a - b)
	if (tasks.length === 0 || starts.length === 0) throw new Error('The trace has no tasks or no frames')

	const framesMs = starts.map(() => 0)
	let frame = 0
	for (const { ts, dur = 0 } of tasks) {
		while (frame + 1 < starts.length && starts[frame + 1]! <= ts) frame++
		framesMs[frame]! += dur / 1_000
	}
	return { tasksMs: tasks.map(({ dur = 0 }) => dur / 1_000), framesMs }
}

/** The thread with most frames: other pages and workers have few. */
function busiest(events: readonly TraceEvent[]): string {
	const counts = new Map<string, number>()
	for (const { pid, tid } of events) {
		const thread = `${pid} ${tid}`
		counts.set(thread, (counts.get(thread) ?? 0) + 1)
	}
	return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}
