import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'smol-toml'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDemoPools, seedNumber } from './demo-pools.ts'
import { makeGraph } from './make-graph.ts'
import { makePack } from './make-pack.ts'
import { demoPools } from './pools.ts'
import { slugOf } from './slug.ts'

let dir: string
beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), 'demo-pools-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('makeDemoPools', () => {
	it('makes three pools of the expected number of seeds and reports each', async () => {
		const progress: string[] = []
		await makeDemoPools(dir, {
			onProgress: ({ pool, made, of }) => progress.push(`${pool} ${made}/${of}`),
		})
		expect(await zips('training_sprint')).toHaveLength(12)
		expect(await zips('training_standard')).toHaveLength(8)
		expect(await zips('training_marathon')).toHaveLength(5)
		expect(progress).toHaveLength(25)
		expect(progress.at(-1)).toBe('training_marathon 5/5')
	})

	it('names each zip for its seed and gives no slug to two pools', async () => {
		await makeDemoPools(dir, { seedsPerPool: 3 })
		const names = (await Promise.all(Object.keys(demoPools).map(zips))).flat()
		for (const name of names) expect(name).toMatch(/^seed_[0-9a-f]{12}\.zip$/)
		expect(new Set(names).size).toBe(9)
		expect(names).toContain(`seed_${slugOf(seedNumber('training_sprint', 0))}.zip`)
	})

	it('writes settings that read back from TOML as they were', async () => {
		await makeDemoPools(dir, { seedsPerPool: 1 })
		for (const [pool, settings] of Object.entries(demoPools)) {
			const text = await readFile(join(dir, pool, 'config.toml'), 'utf8')
			expect(parse(text)).toEqual(settings)
		}
	})

	it('takes a number of seeds for one pool only', async () => {
		await makeDemoPools(dir, {
			seedsPerPool: { training_sprint: 1, training_standard: 0, training_marathon: 2 },
		})
		expect(await zips('training_sprint')).toHaveLength(1)
		expect(await zips('training_standard')).toHaveLength(0)
		expect(await zips('training_marathon')).toHaveLength(2)
	})

	it('leaves a complete pool alone, whatever its owner changed in it', async () => {
		await makeDemoPools(dir, { seedsPerPool: 1 })
		const [name = ''] = await zips('training_sprint')
		await rm(join(dir, 'training_sprint', name))
		await writeFile(join(dir, 'training_sprint', 'config.toml'), '# mine')
		await makeDemoPools(dir, { seedsPerPool: 2 })
		expect(await readdir(join(dir, 'training_sprint'))).toEqual(['config.toml'])
		expect(await readFile(join(dir, 'training_sprint', 'config.toml'), 'utf8')).toBe('# mine')
	})

	it('finishes an interrupted pool: whole zips stay, half ones go, config.toml comes last', async () => {
		await makeDemoPools(dir, { seedsPerPool: 2 })
		const folder = join(dir, 'training_sprint')
		const before = await readdir(folder)
		const [first = '', second = ''] = await zips('training_sprint')
		await rm(join(folder, 'config.toml'))
		await rm(join(folder, second))
		await writeFile(join(folder, first), 'kept as it is')
		await writeFile(join(folder, `${second}.${process.pid}.part`), 'half')
		await makeDemoPools(dir, { seedsPerPool: 2 })
		expect(await readdir(folder)).toEqual(before)
		expect(await readFile(join(folder, first), 'utf8')).toBe('kept as it is')
	})

	it('leaves no half zip behind when it is killed while writing, and the next start completes the pool', async () => {
		await killWhileWriting(dir)
		const folder = join(dir, 'training_sprint')
		const left = await readdir(folder)
		expect(left.filter((name) => name.endsWith('.part'))).toHaveLength(1)
		expect(left).not.toContain('config.toml')
		const whole = left.filter((name) => name.endsWith('.zip'))

		const seeds = whole.length + 2
		await makeDemoPools(dir, {
			seedsPerPool: { training_sprint: seeds, training_standard: 0, training_marathon: 0 },
		})
		const numbers = Array.from({ length: seeds }, (_, index) => seedNumber('training_sprint', index))
		const names = numbers.map((number) => `seed_${slugOf(number)}.zip`)
		expect((await readdir(folder)).sort()).toEqual(['config.toml', ...names.sort()])
		for (const number of numbers) {
			const slug = slugOf(number)
			const pack = await makePack(slug, makeGraph(number, demoPools.training_sprint))
			expect(pack.equals(await readFile(join(folder, `seed_${slug}.zip`))), slug).toBe(true)
		}
	}, 30_000)
})

async function zips(pool: string): Promise<string[]> {
	const names = await readdir(join(dir, pool))
	return names.filter((name) => name.endsWith('.zip'))
}

/** Makes pools in a process of its own and kills it when an unfinished file can be seen. */
async function killWhileWriting(target: string): Promise<void> {
	const module = new URL('./demo-pools.ts', import.meta.url).href
	const script = `
		const { makeDemoPools } = await import(${JSON.stringify(module)})
		await makeDemoPools(${JSON.stringify(target)}, { seedsPerPool: 400 })
	`
	const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
		cwd: fileURLToPath(new URL('..', import.meta.url)),
		stdio: ['ignore', 'ignore', 'inherit'],
	})
	const exit = once(child, 'exit')
	const folder = join(target, 'training_sprint')
	const names = () => (existsSync(folder) ? readdirSync(folder) : [])
	const isWriting = () => names().some((name) => name.endsWith('.part'))
	const isSomeDone = () => names().some((name) => name.endsWith('.zip'))
	try {
		while (child.exitCode === null && !(isWriting() && isSomeDone())) await setImmediate()
		child.kill('SIGSTOP')
		await setTimeout(5)
		// The file was finished between the look and the signal: the next one will do.
		while (child.exitCode === null && !isWriting()) {
			child.kill('SIGCONT')
			await setTimeout(5)
			child.kill('SIGSTOP')
			await setTimeout(5)
		}
	} finally {
		child.kill('SIGKILL')
		await exit
	}
}
