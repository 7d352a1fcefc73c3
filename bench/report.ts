import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release } from 'node:os'
import { join } from 'node:path'

/** One measured thing, beside its reference of the same run. */
export type Row = {
	what: string
	unit: string
	ours: number
	reference?: number
	/** What must hold, in words. */
	must?: string
	/** Whether it does; left out where nothing is asked. */
	holds?: boolean
}

const RESULTS = join(import.meta.dirname, '../.cache/bench')

/** Ours over the reference, where both are there. */
function ratioOf({ ours, reference }: Row): number | undefined {
	return reference === undefined || reference === 0 ? undefined : ours / reference
}

export function table(rows: readonly Row[]): string {
	const lines = [
		['', 'ours', 'reference', 'ratio', 'must be', ''],
		...rows.map((row) => [
			row.what,
			`${shown(row.ours)} ${row.unit}`,
			row.reference === undefined ? '–' : `${shown(row.reference)} ${row.unit}`,
			shown(ratioOf(row)),
			row.must ?? '–',
			row.holds === undefined ? '' : row.holds ? '✓' : '✗',
		]),
	]
	const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
	return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')).join('\n')
}

/** Keeps the rows with what is needed to judge them later; returns the file. */
export function write(
	name: string,
	options: object,
	{ rows, said }: { rows: Row[]; said: string[] },
): string {
	mkdirSync(RESULTS, { recursive: true })
	const file = join(RESULTS, `${name}.json`)
	const machine = {
		cores: cpus().length,
		processor: cpus()[0]?.model,
		kernel: release(),
		node: process.version,
		loadAverage: loadavg(),
	}
	const measured = rows.map((row) => ({ ...row, ratio: ratioOf(row) }))
	const result = { bench: name, at: new Date().toISOString(), machine, options, rows: measured, said }
	writeFileSync(file, `${JSON.stringify(result, null, '\t')}\n`)
	return file
}

function shown(value: number | undefined): string {
	if (value === undefined) return '–'
	if (Number.isInteger(value) || Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en')
	return value.toPrecision(3)
}
