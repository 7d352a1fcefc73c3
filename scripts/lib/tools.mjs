// @ts-check
import * as builds from './builds.mjs'
import * as children from './children.mjs'
import * as installation from './installation.mjs'
import { root } from './root.mjs'

/**
 * Runs a built program with the arguments of this one, and ends as it ends.
 * @param {import('./builds.mjs').Target} target @param {string} program its file in the project
 * @param {string[]} [first] what it is told before those
 */
export async function run(target, program, first = []) {
	children.stopOnSignals()
	await installation.ensure('start')
	await builds.ensure([target])
	// Paths among the arguments are the caller's: npm runs us in the project's folder.
	const cwd = process.env['INIT_CWD'] ?? process.cwd()
	const { ok } = await children.run(
		process.execPath,
		[`${root}/${program}`, ...first, ...process.argv.slice(2)],
		{ cwd },
	)
	process.exit(ok ? 0 : 1)
}
