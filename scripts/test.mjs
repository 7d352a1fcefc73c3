// @ts-check
import * as builds from './lib/builds.mjs'
import * as checks from './lib/checks.mjs'
import * as children from './lib/children.mjs'
import * as installation from './lib/installation.mjs'
import * as suites from './lib/suites.mjs'

const PURE = ['core', 'forge', 'web']

const args = process.argv.slice(2)
const total = { passed: 0, failed: 0, skipped: 0 }
/** @type {string[]} */
const summary = []
/** What failed, once more at the end, where it is looked for. @type {string[]} */
const failures = []

children.stopOnSignals()
await step('packages', () => installation.ensure('all'))
await step('build', () => builds.ensure(builds.TESTED))
if (args.length > 0) {
	const { ok } = await suites.runVitest(args)
	process.exit(ok ? 0 : 1)
}
await step('static checks', checks.runAll)
await step('unit and whole-server tests', () => suites.runProjects('all', ['!e2e-*']))
// Walks and programs wait more than they work, and leave room beside them.
await Promise.all([runWalks(), runPrograms(), runTheRest()])

process.stdout.write(failures.map((what) => `\n✗ ${what}\n`).join(''))
process.stdout.write(`\n${summary.join('\n')}\n`)
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`)
process.exit(total.failed === 0 ? 0 : 1)

function runWalks() {
	return step('walks through the pages', () => suites.runProjects('e2e-walks', ['e2e-walks']))
}

/** One after the other: in both there are processes that look like the game, and a companion finds any. */
async function runPrograms() {
	await step('whole programs', () => suites.runProjects('e2e-programs', ['e2e-programs']))
	await step('the companion on Node 24', () => suites.runOnNode24('companion', ['companion']))
}

async function runTheRest() {
	await step('without server or companion on Node 24', () => suites.runOnNode24('pure', PURE))
	await step('other pages', () => suites.runProjects('e2e-pages', ['e2e-pages']))
}

/**
 * Runs one part, adds what it counted, and remembers how long it took.
 * @param {string} name @param {() => Promise<Partial<import('./lib/suites.mjs').Count> | undefined | void>} work
 */
async function step(name, work) {
	process.stdout.write(`\n── ${name}\n`)
	const started = performance.now()
	const { passed = 0, failed = 0, skipped = 0, left = [], broken = [] } = (await work().catch(report)) ?? {}
	total.passed += passed
	total.failed += failed
	total.skipped += skipped
	const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6)
	summary.push(`${seconds} s  ${name}${failed > 0 ? `: ${failed} failed` : ''}`)
	summary.push(...left.map((what) => `          skipped: ${what}`))
	failures.push(...broken)
}

/** @param {unknown} error */
function report(error) {
	process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
	return { passed: 0, failed: 1, skipped: 0, left: [], broken: [] }
}
