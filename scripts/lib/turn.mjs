// @ts-check
import {
	accessSync,
	constants,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './root.mjs'

const FOLDER = `${root}/.cache`
const BEAT_MS = 1_000
/** A number of a process may be another's after a restart of the machine; its heartbeat is not. */
const DEAD_AFTER_MS = 10_000

/**
 * Does something that only one process of this folder may do at a time, such as installing or building.
 * @template T @param {() => Promise<T>} work @param {string} [folder] @returns {Promise<T>}
 */
export async function alone(work, folder = FOLDER) {
	if (!isOurs(folder)) return work()
	const file = `${folder}/turn`
	for (let told = false; !take(file); told = true) {
		if (!told) process.stdout.write('Waiting for another start, build or test to get ready …\n')
		await sleep(200)
	}
	const release = () => rmSync(file, { force: true })
	process.once('exit', release)
	const beat = setInterval(() => existsSync(file) && utimesSync(file, new Date(), new Date()), BEAT_MS)
	try {
		return await work()
	} finally {
		clearInterval(beat)
		process.off('exit', release)
		release()
	}
}

/**
 * Whether this user may write there. Who may not can neither install nor build here, and uses what there is.
 * @param {string} folder
 */
function isOurs(folder) {
	try {
		mkdirSync(folder, { recursive: true })
		accessSync(folder, constants.W_OK)
		return true
	} catch {
		return false
	}
}

/** @param {string} file */
function take(file) {
	try {
		writeFileSync(file, String(process.pid), { flag: 'wx' })
		return true
	} catch (error) {
		if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
		if (!isHeld(file)) rmSync(file, { force: true })
		return false
	}
}

/** @param {string} file */
function isHeld(file) {
	try {
		if (Date.now() - statSync(file).mtimeMs > DEAD_AFTER_MS) return false
		process.kill(Number(readFileSync(file, 'utf8')), 0)
		return true
	} catch {
		return false
	}
}
