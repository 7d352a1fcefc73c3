// @ts-check
import { existsSync, readFileSync } from 'node:fs'
import * as children from './children.mjs'
import { root } from './root.mjs'
import * as turn from './turn.mjs'

/**
 * @typedef {Record<string, string>} Names
 * @typedef {{
 *   version?: string, resolved?: string, link?: boolean, optional?: boolean,
 *   os?: string | string[], cpu?: string | string[], libc?: string | string[],
 *   dependencies?: Names, devDependencies?: Names, optionalDependencies?: Names,
 * }} Entry  one package of a lockfile, by its place on disk
 * @typedef {Record<string, Entry>} Entries
 */

/** What `npm start` needs; tests, linters and browsers are left out. */
const START = ['apps/server', 'apps/web', 'apps/companion']

/**
 * Installs what is missing: for `start` only what running the product needs, for `all` everything.
 * @param {'start' | 'all'} set
 */
export async function ensure(set) {
	await turn.alone(() => install(set))
}

/** @param {'start' | 'all'} set */
async function install(set) {
	const wanted = read('package-lock.json')
	const present = read('node_modules/.package-lock.json')
	const lacking = firstMissing(wanted, present, set === 'start' ? START : undefined)
	if (lacking === undefined) return
	const isFirst = Object.keys(present).length === 0
	process.stdout.write(`Installing packages${isFirst ? '' : ` (${lacking} is missing or old)`} …\n`)
	// npm ci empties node_modules first, which would pull the floor from under a server running from it.
	const command = isFirst ? ['ci'] : ['install', '--no-save']
	const only = set === 'start' ? START.flatMap((workspace) => ['--workspace', workspace]) : []
	const quiet = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
	const { ok } = await npm([...command, ...only, ...quiet])
	if (ok) return
	process.stderr.write('npm could not install the packages; its message is above.\n')
	process.exit(1)
}

/**
 * The first package that should be on disk and is not, in the lockfile's version. npm writes its own record last,
 * so an interrupted installation has none and counts as missing.
 * @param {Entries} wanted @param {Entries} present @param {string[]} [workspaces] undefined: everything
 */
export function firstMissing(wanted, present, workspaces) {
	const own = workspaces ?? Object.keys(wanted).filter((place) => !place.includes('node_modules/'))
	return needed(wanted, own).find(
		(place) => place !== '' && present[place]?.version !== wanted[place]?.version,
	)
}

/** Whether a folder with a lockfile of its own has all of its packages. @param {string} folder */
export function isInstalled(folder) {
	const present = read(`${folder}/node_modules/.package-lock.json`)
	const wanted = Object.entries(read(`${folder}/package-lock.json`))
	return wanted.every(([place, { version }]) => place === '' || present[place]?.version === version)
}

/** What these workspaces need here, and what that needs. @param {Entries} wanted @param {string[]} workspaces */
function needed(wanted, workspaces) {
	const seen = new Set(workspaces)
	for (const place of seen) {
		const { dependencies, optionalDependencies, devDependencies } = wanted[place] ?? {}
		const own = workspaces.includes(place) ? devDependencies : {}
		for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...own })) {
			const found = resolve(wanted, place, name)
			const entry = found === undefined ? undefined : wanted[found]
			if (found && entry && fits(entry)) seen.add(entry.link ? (entry.resolved ?? found) : found)
		}
	}
	return [...seen]
}

/** Node's own search: the nearest node_modules on the way up. @param {Entries} wanted @param {string} place @param {string} name */
function resolve(wanted, place, name) {
	for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
		const candidate = `${folder}${folder === '' ? '' : '/'}node_modules/${name}`
		if (candidate in wanted) return candidate
		if (folder === '') return undefined
	}
}

/** Whether this machine gets the package at all. Which C library it has is npm's business. @param {Entry} entry */
function fits({ os, cpu, libc, optional }) {
	if (!optional) return true
	return allows(os, process.platform) && allows(cpu, process.arch) && libc === undefined
}

/** @param {string | string[] | undefined} list @param {string} value */
function allows(list, value) {
	return list === undefined || [list].flat().includes(value)
}

/** @param {string} file @returns {Entries} */
function read(file) {
	const path = `${root}/${file}`
	return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {}
}

/**
 * The npm that runs this script, else the one on the path.
 * @param {string[]} args @param {{ cwd?: string, quiet?: boolean }} [given]
 */
export function npm(args, given) {
	// Asked to stop, npm takes half a minute to tidy up what the next start makes anew anyway.
	const options = { ...given, graceMs: 0 }
	const own = process.env['npm_execpath']
	if (own?.endsWith('npm-cli.js')) return children.run(process.execPath, [own, ...args], options)
	return children.run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, options)
}
