/** What an update shows. */
export type Update = {
	igtMs: number
	/** Gates passed, where it tells of the way. */
	zones: number | undefined
}

const DEATHS = Buffer.from(',"death_count":')
const VISITS = Buffer.from('"visits":[')
const GATES = Buffer.from('"gates":')
const ZERO = 48
const NINE = 57

/** Reads the figures of a frame without parsing the rest; undefined for a frame of another kind. */
export function readUpdate(frame: Buffer): Update | undefined {
	const end = frame.indexOf(DEATHS)
	if (end < 0) return undefined
	let start = end
	while (isDigit(frame[start - 1])) start--
	return { igtMs: Number(frame.toString('latin1', start, end)), zones: zonesIn(frame, end) }
}

/** Of the product's frames the visits tell, of the bare relay's a number. */
function zonesIn(frame: Buffer, from: number): number | undefined {
	if (frame.includes(VISITS, from)) {
		const { participants } = JSON.parse(frame.toString()) as { participants: { visits: unknown[] }[] }
		// The start is a visit without a gate.
		return participants[0]!.visits.length - 1
	}
	const gates = frame.indexOf(GATES, from)
	return gates < 0
		? undefined
		: Number.parseInt(frame.toString('latin1', gates + GATES.length, gates + 24), 10)
}

function isDigit(byte: number | undefined): boolean {
	return byte !== undefined && byte >= ZERO && byte <= NINE
}
