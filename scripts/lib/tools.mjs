// @ts-check
import * as builds from './builds.mjs'
import * as children from './children.mjs'
import * as installation from './installation.mjs'
import { root } from './root.mjs'

/**
 * Runs a built program with the arguments of this one, and ends as it ends.
 * @param {import('./builds.mjs').Target} target @param {string} program its file in the project
 * @param {{ first?: string[], cwd?: string }} [options] `first`: what it is told before those arguments; `cwd`: where
 * paths among them begin, by default where the caller of npm is
 */
export async function run(target, program, { first = [], cwd = process.env['INIT_CWD'] } = {}) {
	children.stopOnSignals()
	await installation.ensure('start')
	await builds.ensure([target])
	const { ok } = await children.run(
		process.execPath,
		[`${root}/${program}`, ...first, ...process.argv.slice(2)],
		{ cwd: cwd ?? process.cwd() },
	)
	process.exit(ok ? 0 : 1)
}
