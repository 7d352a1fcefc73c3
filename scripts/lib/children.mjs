// @ts-check
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { root } from './root.mjs'

/** @typedef {{ ok: boolean, output: string, seconds: number }} Outcome */

/** How long a child may take to stop: what the server takes at most, and a little. */
const GRACE_MS = 12_000
const PARENT_CHECK_MS = 250
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

// A process group of its own lets one signal reach a child's own children too: npm runs install scripts,
// vite and tsx run workers.
const ownGroup = process.platform !== 'win32'

/** With how long each may take to stop. @type {Map<import('node:child_process').ChildProcess, number>} */
const running = new Map()
let stopping = false

/**
 * Starts a program in the project's folder. It has no stdin and ends with this process.
 * @param {string} command @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { graceMs?: number }} [options]
 */
export function begin(command, args, { graceMs = GRACE_MS, ...options } = {}) {
	const child = spawn(command, args, {
		cwd: root,
		stdio: ['ignore', 'inherit', 'inherit'],
		detached: ownGroup,
		...options,
	})
	running.set(child, graceMs)
	child.once('close', () => running.delete(child))
	child.once('error', () => running.delete(child))
	return child
}

/**
 * Runs a program to its end. With `quiet` its output is kept for the caller instead of shown. Once everything is being
 * stopped it answers no more, so that nobody takes a stopped child for one that failed.
 * @param {string} command @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, graceMs?: number }} [options]
 * @returns {Promise<Outcome>}
 */
export function run(command, args, { quiet = false, ...options } = {}) {
	const started = performance.now()
	const child = begin(command, args, { ...options, ...(quiet && { stdio: ['ignore', 'pipe', 'pipe'] }) })
	let output = ''
	child.stdout?.on('data', (chunk) => (output += chunk))
	child.stderr?.on('data', (chunk) => (output += chunk))
	return new Promise((resolve) => {
		const end = (/** @type {boolean} */ ok) => {
			if (!stopping) resolve({ ok, output, seconds: (performance.now() - started) / 1000 })
		}
		child.once('error', (error) => {
			output += error.message
			end(false)
		})
		child.once('close', (code) => end(code === 0))
	})
}

/**
 * Runs one of the installed JavaScript programs with this Node, or with another one.
 * @param {string} program path under node_modules @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, node?: string }} [options]
 */
export function runInstalled(program, args, { node = process.execPath, ...options } = {}) {
	return run(node, [`${root}/node_modules/${program}`, ...args], options)
}

/** Stops every running child with all of its own children and waits until they are gone. */
export async function stopAll() {
	stopping = true
	await Promise.all([...running].map(([child, graceMs]) => stopOne(child, graceMs)))
}

/** @param {import('node:child_process').ChildProcess} child @param {number} graceMs */
async function stopOne(child, graceMs) {
	const gone = new Promise((resolve) => child.once('close', resolve))
	signal(child, graceMs === 0 ? 'SIGKILL' : 'SIGTERM')
	const timer = setTimeout(() => signal(child, 'SIGKILL'), graceMs)
	await gone
	clearTimeout(timer)
}

/**
 * From now on a stop signal, or the end of the parent process, stops all children and then this process.
 * Returns what ends this arrangement.
 */
export function stopOnSignals() {
	/** @param {NodeJS.Signals} name */
	const stop = (name) => {
		if (stopping) return
		void stopAll().then(() => process.exit(128 + (constants.signals[name] ?? 0)))
	}
	for (const name of SIGNALS) process.on(name, stop)
	const forget = whenOrphaned(() => stop('SIGTERM'))
	return () => {
		for (const name of SIGNALS) process.off(name, stop)
		forget()
	}
}

/**
 * Tells when the parent process is gone, or npm above it: a shell between npm and us may die of a signal without
 * passing it on, or live on when npm was killed.
 * @param {() => void} tell
 */
export function whenOrphaned(tell) {
	const before = ancestors()
	const timer = setInterval(() => {
		if (ancestors() === before) return
		clearInterval(timer)
		tell()
	}, PARENT_CHECK_MS)
	timer.unref()
	return () => clearInterval(timer)
}

function ancestors() {
	const parent = process.ppid
	if (!process.env['npm_lifecycle_event']) return String(parent)
	try {
		// The fields after the program's name, which is in brackets: state, parent, …
		const [, grandparent] = readFileSync(`/proc/${parent}/stat`, 'utf8')
			.replace(/^.*\) /s, '')
			.split(' ')
		return `${parent} ${grandparent}`
	} catch {
		// Only Linux tells this so cheaply.
		return String(parent)
	}
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} name */
function signal(child, name) {
	if (child.pid === undefined) return
	try {
		if (ownGroup) process.kill(-child.pid, name)
		else child.kill(name)
	} catch {
		// It ended in the meantime.
	}
}
