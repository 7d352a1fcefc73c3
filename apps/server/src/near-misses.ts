// Nobody else's variables start like this, as far as we know.
const OUR_PREFIXES = [
	'SPEEDFOG_',
	'TWITCH_',
	'SEEDS_',
	'RATE_LIMIT_',
	'MAX_SOCKETS_',
	'TRUSTED_PROX',
	'METRICS_TOK',
]

// Two slips in a short name make somebody else's: HOST and HOME, PORT and SORT.
const SHORTEST_COMPARED = 8
const MOST_SLIPS = 2

/** A sentence for each variable that looks like one of ours and is none. */
export function warnings(env: Readonly<Record<string, unknown>>, ours: readonly string[]): string[] {
	return Object.keys(env)
		.filter((name) => !ours.includes(name))
		.flatMap((name) => {
			const meant = ours.find(
				(known) => known.length >= SHORTEST_COMPARED && slips(known, name.toUpperCase()) <= MOST_SLIPS,
			)
			if (meant !== undefined)
				return [`${name} is set and means nothing here: is it ${meant} that was meant?`]
			if (OUR_PREFIXES.some((prefix) => name.startsWith(prefix)))
				return [`${name} is set and means nothing here.`]
			return []
		})
}

/** Letters to put in, leave out or change to make one word of the other. */
function slips(one: string, other: string): number {
	let row = Array.from({ length: other.length + 1 }, (_, index) => index)
	for (const [index, letter] of [...one].entries()) {
		const next = [index + 1]
		for (let column = 1; column <= other.length; column++)
			next.push(
				Math.min(
					row[column]! + 1,
					next[column - 1]! + 1,
					row[column - 1]! + (letter === other[column - 1] ? 0 : 1),
				),
			)
		row = next
	}
	return row[other.length]!
}
