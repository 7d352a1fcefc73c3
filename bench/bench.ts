import { readdirSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as report from './report.ts'
import { Stage } from './stage.ts'
import type { Bench } from './stage.ts'

const BENCHES = join(import.meta.dirname, 'benches')

process.exitCode = await main(process.argv.slice(2))
process.exit()

async function main([name, ...args]: string[]): Promise<number> {
	const names = readdirSync(BENCHES).map((file) => file.replace(/\.ts$/, ''))
	if (name === undefined || !names.includes(name)) {
		for (const each of names) process.stdout.write(`${await usageOf(each)}\n`)
		return name === undefined ? 0 : 2
	}
	const bench = await load(name)
	const { options, pools, profile } = read(bench, args)
	const stage = new Stage({ pools, profile })
	let isInterrupted = false
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
		process.on(signal, () => {
			if (isInterrupted) return
			isInterrupted = true
			void stage.end().then(() => process.exit(1))
		})
	try {
		stage.say(`${name}: ${bench.about}`)
		stage.say(`${describe(options)}; load average ${loadavg()[0]!.toFixed(1)} before`)
		const rows = await bench.run(stage, options)
		const { said } = stage
		process.stdout.write(`\n${report.table(rows)}\n\n${report.write(name, options, { rows, said })}\n`)
		return rows.some(({ holds }) => holds === false) ? 1 : 0
	} catch (error) {
		if (!isInterrupted) process.stderr.write(`${(error as Error).stack}\n`)
		return 1
	} finally {
		await stage.end()
	}
}

async function load(name: string): Promise<Bench> {
	return ((await import(join(BENCHES, `${name}.ts`))) as { bench: Bench }).bench
}

async function usageOf(name: string): Promise<string> {
	const { about, options } = await load(name)
	const flags = Object.entries(options).map(([option, value]) => ` --${option} ${value}`)
	return `npm run bench -- ${name}${flags.join('')}\n    ${about}`
}

function read({ options }: Bench, args: string[]) {
	const numbers = Object.keys(options).map((option) => [option, { type: 'string' }] as const)
	const { values } = parseArgs({
		args,
		options: {
			...Object.fromEntries(numbers),
			pools: { type: 'string' },
			profile: { type: 'boolean', default: false },
		},
	})
	const { pools, profile, ...given } = values
	const chosen = Object.entries(given).map(([option, text]) => {
		const value = Number(text)
		if (!(value >= 0)) throw new Error(`--${option} takes a number, not ${text}`)
		return [option, value] as const
	})
	return {
		options: { ...options, ...Object.fromEntries(chosen) },
		pools: pools as string | undefined,
		profile: profile as boolean,
	}
}

function describe(options: Record<string, number>): string {
	return Object.entries(options)
		.map(([option, value]) => `${option} ${value}`)
		.join(', ')
}
