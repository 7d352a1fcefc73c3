/** What is wrong with a graph (it cannot be played) and what is only odd about it. */
export type Findings = { reasons: string[]; warnings: string[] }

/** A broken file may be wrong in a million places; a person reads the first few. */
const maxListed = 20
const maxNameLength = 60

export function add(list: string[], text: string) {
	if (list.length < maxListed) list.push(text)
	else if (list.length === maxListed) list.push('and more')
}

/** A name from the file in quotes, cut to a readable length. */
export function quote(name: unknown): string {
	if (typeof name !== 'string') return `a ${name === null ? 'null' : typeof name}`
	return JSON.stringify(name.length > maxNameLength ? `${name.slice(0, maxNameLength)}…` : name)
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isInteger(value: unknown, min: number, max: number): value is number {
	return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
}

export function asText(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value.replace(unkeepable, '\ufffd') : null
}

/** JSON can write characters that no database keeps and that the released mod refuses to decode. */
export function isKeepable(name: string): boolean {
	return name.search(unkeepable) === -1
}

/** NUL and halves of a surrogate pair. */
const unkeepable = /[\p{Surrogate}\0]/gu
