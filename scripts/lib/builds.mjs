// @ts-check
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as children from './children.mjs'
import * as programs from './programs.mjs'
import { root } from './root.mjs'
import * as turn from './turn.mjs'

/** @typedef {'web' | 'server' | 'companion' | 'programs'} Target */
/** @type {Record<Target, { inputs: string[], output: string, make: () => Promise<void> }>} */
const TARGETS = {
	web: {
		inputs: ['apps/web', 'packages/core/src', 'packages/forge/src', 'pools'],
		output: 'apps/web/build/200.html',
		make: makeWeb,
	},
	server: {
		inputs: ['apps/server/package.json', 'apps/server/src', 'packages/core/src', 'packages/forge/src'],
		output: 'apps/server/dist/main.js',
		make: () =>
			bundle('apps/server', {
				main: 'src/main.ts',
				pools: 'src/commands/pools.ts',
				data: 'src/commands/data.ts',
			}),
	},
	companion: {
		inputs: ['apps/companion/package.json', 'apps/companion/src', 'packages/core/src'],
		output: 'apps/companion/dist/companion.js',
		make: () => bundle('apps/companion', { companion: 'src/main.ts' }),
	},
	// The companion again, for players to download.
	programs: {
		inputs: [
			'apps/companion/package.json',
			'apps/companion/packaging',
			'apps/companion/src',
			'packages/core/src',
			'scripts/lib/programs.mjs',
		],
		output: programs.LIST,
		make: programs.make,
	},
}

/** What is started here. @type {Target[]} */
export const ALL = ['web', 'server', 'companion']

/** What tests use. @type {Target[]} */
export const TESTED = programs.canBeMade ? [...ALL, 'programs'] : ALL

/**
 * Builds those that are older than what they are made of.
 * @param {Target[]} names
 */
export async function ensure(names) {
	await turn.alone(() => Promise.all(names.map(ensureOne)))
}

/** @param {Target} name */
async function ensureOne(name) {
	const { inputs, output, make } = TARGETS[name]
	const stamp = `${root}/.cache/build-${name}`
	const fingerprint = hash(inputs)
	const fresh = existsSync(`${root}/${output}`) && existsSync(stamp)
	if (fresh && readFileSync(stamp, 'utf8') === fingerprint) return
	process.stdout.write(`Building ${name} …\n`)
	await make()
	mkdirSync(`${root}/.cache`, { recursive: true })
	writeFileSync(stamp, fingerprint)
}

async function makeWeb() {
	const { ok, output } = await children.runInstalled('vite/bin/vite.js', ['build'], {
		cwd: `${root}/apps/web`,
		quiet: true,
	})
	if (ok) return
	process.stderr.write(output)
	throw new Error('The web app could not be built; the messages are above.')
}

/**
 * A file of our own code for each program; npm packages stay where npm put them.
 * @param {string} app @param {Record<string, string>} programs where each begins
 */
async function bundle(app, programs) {
	/** @type {import('esbuild')} */
	const esbuild = createRequire(`${root}/apps/server/package.json`)('esbuild')
	await esbuild.build({
		absWorkingDir: `${root}/${app}`,
		entryPoints: programs,
		outdir: 'dist',
		bundle: true,
		platform: 'node',
		format: 'esm',
		target: 'node20',
		sourcemap: true,
		logLevel: 'warning',
		plugins: [{ name: 'npm-packages-stay-outside', setup: keepPackagesOutside }],
	})
}

/** @param {import('esbuild').PluginBuild} build */
function keepPackagesOutside(build) {
	build.onResolve({ filter: /^[^.#/]/ }, ({ path, kind }) =>
		kind === 'entry-point' || path.startsWith('@speedfog/') ? undefined : { path, external: true },
	)
}

/** @param {string[]} inputs files and folders */
function hash(inputs) {
	const sum = createHash('sha256')
	for (const file of [...inputs.flatMap(list), 'package-lock.json', 'scripts/lib/builds.mjs'])
		sum.update(`${file}\0`).update(readFileSync(`${root}/${file}`))
	return sum.digest('hex')
}

const NOT_AN_INPUT = new Set(['node_modules', 'build', 'dist', '.svelte-kit'])

/** The files of a folder, or the file itself. @param {string} path @returns {string[]} */
function list(path) {
	if (!statSync(`${root}/${path}`).isDirectory()) return [path]
	return readdirSync(`${root}/${path}`)
		.filter((name) => !NOT_AN_INPUT.has(name) && !/\.(test|timestamp)[.-]/.test(name))
		.sort()
		.flatMap((name) => list(`${path}/${name}`))
}
