import { demoPools, templates } from '@speedfog/forge/pools'
import { makeDemoPools } from '@speedfog/forge/demo-pools'
import type { DemoPoolProgress } from '@speedfog/forge/demo-pools'
import { BadTemplate, resolveTemplate } from '@speedfog/forge/templates'
import { existsSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pino } from 'pino'
import { stringify } from 'smol-toml'
import * as pools from '#pools/pools.ts'
import type { PoolFolder } from '#pools/pools.ts'
import { isEntry } from '#process.ts'
import { Refused } from '#refused.ts'
import * as seeds from '#seeds/seeds.ts'
import * as progress from './progress.ts'
import { runCommand } from './run-command.ts'

const USAGE = `npm run pools -- check <folder>       what a scan of the folder would take and reject, and why
npm run pools -- resolve <template>   a config.toml with everything it extends
npm run pools -- make <folder>        the demo pools`

/** Returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
	const [command, path, ...rest] = args
	if (path === undefined || rest.length > 0) throw new Refused(USAGE)
	switch (command) {
		case 'check':
			return check(resolve(path))
		case 'resolve':
			return show(path)
		case 'make':
			return make(resolve(path))
		default:
			throw new Refused(USAGE)
	}
}

/** Takes a folder of pools, or a single pool. */
async function check(folder: string): Promise<number> {
	if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new Refused(`${folder} is no folder.`)
	const isPool = existsSync(join(folder, 'config.toml'))
	const { found, problems } = await readPools(isPool ? dirname(folder) : folder)
	const chosen = found.filter(({ name }) => !isPool || name === basename(folder))
	const told = problems.filter(({ pool }) => !isPool || pool === basename(folder))
	const reports: Report[] = []
	for (const pool of chosen) reports.push(await checkPool(isPool ? folder : join(folder, pool.name), pool))
	for (const report of reports) print(tell(report, told))
	for (const { pool, text } of told.filter(({ pool }) => !chosen.some(({ name }) => name === pool)))
		print(`${pool}: ${text}`)
	const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0)
	const rejected = sum((report) => report.rejected.length)
	print(`${chosen.length} pools, ${sum((report) => report.good)} seeds, ${rejected} rejected`)
	return chosen.length > 0 && rejected === 0 && told.length === 0 ? 0 : 1
}

type Finding = { pool: string; text: string }
type Report = {
	pool: PoolFolder
	good: number
	rejected: { file: string; reason: string }[]
	warnings: { file: string; reason: string }[]
}

/** The pools as the server reads them, and what it would write into its log about them. */
async function readPools(root: string): Promise<{ found: readonly PoolFolder[]; problems: Finding[] }> {
	const problems: Finding[] = []
	const log = pino(
		{ base: undefined },
		{
			write: (line: string) => {
				const said = JSON.parse(line) as Record<'folder' | 'file' | 'reason' | 'msg', string | undefined> & {
					line?: number
				}
				const at = said.line === undefined ? '' : ` (config.toml, line ${said.line})`
				const pool = said.folder ?? basename(dirname(said.file!))
				problems.push({ pool, text: `${said.msg}${said.reason ? `: ${said.reason}` : ''}${at}` })
			},
		},
	)
	const folders = pools.open(root, log)
	await folders.refresh()
	return { found: folders.all(), problems }
}

async function checkPool(folder: string, pool: PoolFolder): Promise<Report> {
	const report: Report = { pool, good: 0, rejected: [], warnings: [] }
	const files = (await readdir(folder)).filter((file) => file.endsWith('.zip')).sort()
	const bar = progress.open(pool.name, files.length)
	for (const [index, file] of files.entries()) {
		const checked = await seeds.check(folder, file)
		if ('rejected' in checked) report.rejected.push({ file, reason: checked.rejected })
		else {
			report.good++
			report.warnings.push(...checked.warnings.map((reason) => ({ file, reason })))
		}
		bar.show(index + 1)
	}
	bar.end()
	return report
}

function tell({ pool, good, rejected, warnings }: Report, problems: readonly Finding[]): string {
	const own = problems.filter((problem) => problem.pool === pool.name)
	return [
		`${pool.name} (${pool.type}): ${good} seeds, ${rejected.length} rejected, ${warnings.length} warnings`,
		...own.map(({ text }) => `  ${text}`),
		...rejected.map(({ file, reason }) => `  rejected ${file}: ${reason}`),
		...warnings.map(({ file, reason }) => `  warning  ${file}: ${reason}`),
	].join('\n')
}

/** Takes the name of one of our own templates, or a file. */
function show(template: string): number {
	const isFile = template.endsWith('.toml')
	const folder = isFile ? dirname(resolve(template)) : templates
	print(stringify(resolveTemplate(folder, isFile ? basename(template, '.toml') : template)).trimEnd())
	return 0
}

async function make(folder: string): Promise<number> {
	let bar: { of: DemoPoolProgress['pool']; progress: progress.Progress } | undefined
	await makeDemoPools(folder, {
		onProgress: ({ pool, made, of }) => {
			if (bar?.of !== pool) {
				bar?.progress.end()
				bar = { of: pool, progress: progress.open(pool, of) }
			}
			bar.progress.show(made)
		},
	})
	bar?.progress.end()
	print(`${Object.keys(demoPools).join(', ')} in ${folder}`)
	return 0
}

function print(text: string): void {
	process.stdout.write(`${text}\n`)
}

if (isEntry(import.meta.url)) await runCommand(run, (error) => error instanceof BadTemplate)
