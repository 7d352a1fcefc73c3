// @ts-check
import { existsSync } from 'node:fs'
import * as children from './children.mjs'
import { root } from './root.mjs'

/** @typedef {{ name: string, program: string, args: string[], cwd?: string }} Check */

const WORKSPACES = ['packages/core', 'packages/forge', 'apps/server', 'apps/companion', 'e2e', 'bench']
const AT_ONCE = 2

/** The longest first, so that two at a time end together. @type {Check[]} */
const CHECKS = [
	{ name: 'eslint', program: 'eslint/bin/eslint.js', args: ['.', '--ignore-pattern', 'apps/web/'] },
	{ name: 'eslint of the pages', program: 'eslint/bin/eslint.js', args: ['apps/web'] },
	{
		name: 'svelte-check',
		program: 'svelte-check/bin/svelte-check',
		args: ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
		cwd: 'apps/web',
	},
	{ name: 'prettier', program: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level', 'warn', '.'] },
	...['.', ...WORKSPACES].map((folder) => ({
		name: `types of ${folder === '.' ? 'scripts' : folder}`,
		program: 'typescript/bin/tsc',
		args: ['--noEmit', '--project', folder, '--incremental', '--tsBuildInfoFile', notes(folder)],
	})),
	{
		name: 'boundaries',
		program: 'dependency-cruiser/bin/dependency-cruise.mjs',
		args: [
			'--config',
			'.dependency-cruiser.cjs',
			'--output-type',
			'err',
			'packages',
			'apps',
			'e2e',
			'bench',
			'scripts',
		],
	},
	{ name: 'knip', program: 'knip/bin/knip.js', args: ['--no-progress'] },
]

/**
 * Runs every static check and shows what failed.
 * @returns {Promise<import('./suites.mjs').Count>}
 */
export async function runAll() {
	await sync()
	const waiting = [...CHECKS]
	/** @type {string[]} */
	const broken = []
	const work = async () => {
		for (let check = waiting.shift(); check; check = waiting.shift()) {
			const { ok, output } = await runOne(check)
			if (!ok) broken.push(`${check.name}\n${output.trimEnd()}`)
		}
	}
	await Promise.all(Array.from({ length: AT_ONCE }, work))
	return { passed: CHECKS.length - broken.length, failed: broken.length, skipped: 0, broken }
}

/** @param {Check} check */
async function runOne({ name, program, args, cwd = '.' }) {
	const { ok, output, seconds } = await children.runInstalled(program, args, {
		cwd: `${root}/${cwd}`,
		quiet: true,
	})
	process.stdout.write(`${ok ? '✓' : '✗'} ${name} (${seconds.toFixed(1)} s)\n`)
	return { ok, output }
}

/** Where tsc keeps what it knows, so that the next check is quick. @param {string} folder */
function notes(folder) {
	return `${root}/.cache/types-${folder.replaceAll('/', '-')}.json`
}

/** Type-aware checks of the web app read the types that SvelteKit generates. */
async function sync() {
	if (existsSync(`${root}/apps/web/.svelte-kit/tsconfig.json`)) return
	await children.runInstalled('@sveltejs/kit/svelte-kit.js', ['sync'], {
		cwd: `${root}/apps/web`,
		quiet: true,
	})
}
