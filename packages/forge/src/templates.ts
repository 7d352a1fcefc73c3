import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import type { TomlTable, TomlValue } from 'smol-toml'

/** A file of this chain and those it stands on, itself included. */
const MOST_LEVELS = 4
// No way out of the folder, and nothing hidden.
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/

/** What is wrong with a template, for the person who wrote it. */
export class BadTemplate extends Error {
	override name = 'BadTemplate'
}

/**
 * The settings of `<folder>/<name>.toml` with those of the files it extends below them: tables are merged, in
 * everything else the file that extends wins.
 */
export function resolveTemplate(folder: string, name: string): TomlTable {
	const chain: string[] = []
	let merged: TomlTable = {}
	for (let at: string | undefined = name; at !== undefined;) {
		if (chain.includes(at)) throw new BadTemplate(`${[...chain, at].join(' extends ')}: that is a circle`)
		chain.push(at)
		if (chain.length > MOST_LEVELS)
			throw new BadTemplate(`${chain.join(' extends ')}: that is more than ${MOST_LEVELS} levels`)
		const { extends: parent, ...own } = read(folder, at)
		merged = merge(own, merged)
		if (parent !== undefined && typeof parent !== 'string')
			throw new BadTemplate(`${at}.toml: extends takes the name of another file, such as "_base"`)
		at = parent
	}
	return merged
}

function read(folder: string, name: string): TomlTable {
	const file = join(folder, `${name}.toml`)
	if (!NAME.test(name)) throw new BadTemplate(`${JSON.stringify(name)} is no name of a pool`)
	if (!existsSync(file)) throw new BadTemplate(`${file} is not there`)
	try {
		return parse(readFileSync(file, 'utf8'))
	} catch (error) {
		throw new BadTemplate(`${file}: ${(error as Error).message}`)
	}
}

function merge(below: TomlTable, above: TomlTable): TomlTable {
	const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])]
	return Object.fromEntries(
		keys.map((key): [string, TomlValue] => {
			const [lower, upper] = [below[key], above[key]]
			if (isTable(lower) && isTable(upper)) return [key, merge(lower, upper)]
			return [key, (upper ?? lower)!]
		}),
	)
}

function isTable(value: TomlValue | undefined): value is TomlTable {
	return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
}
