import { buildGraph } from '@speedfog/core/graph/testing'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOrder } from './order.ts'
import { writeStoredZip } from './testing/stored-zip.ts'

const RUN = '0197c0de-0000-7000-8000-000000000001'
const TOML = `[server]\nurl = "ws://127.0.0.1:8000"\nmod_token = "secret"\nrace_id = "${RUN}"\ntraining = true\n`
const graphJson = JSON.stringify(buildGraph({ layers: [['quay'], ['grotto'], ['crown']] }).json)

let folder: string
const at = (name: string) => join(folder, name)

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'order-'))
	writeStoredZip(at('pack.zip'), { 'x/graph.json': graphJson, 'x/lib/speedfog_race.toml': TOML })
	writeStoredZip(at('bare.zip'), { 'x/graph.json': graphJson })
	writeStoredZip(at('odd.zip'), { 'x/graph.json': '{"nodes": []}' })
	writeStoredZip(at('empty.zip'), { 'x/README.txt': 'nothing' })
	writeStoredZip(at('broken.zip'), { 'x/graph.json': graphJson, 'x/lib/speedfog_race.toml': '[server]' })
	writeFileSync(at('run.toml'), TOML)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const simulate = (pack: string, ...more: string[]) => readOrder(['simulate', '--pack', at(pack), ...more])

describe('the command line', () => {
	it('plays a pack thirty times as fast as the clock, as the companion speaks', async () => {
		expect(await simulate('pack.zip')).toMatchObject({
			do: 'simulate',
			config: { sessionId: RUN },
			graphJson,
			speed: 30,
			as: 'companion',
			outboxFolder: null,
			quiet: false,
			isStarted: false,
		})
	})

	it('takes everything that can be chosen', async () => {
		const more = [
			'--speed',
			'100',
			'--seed',
			'7',
			'--as',
			'mod',
			'--outbox',
			folder,
			'--quiet',
			'--no-window',
			'--port',
			'0',
		]
		expect(await simulate('bare.zip', '--config', at('run.toml'), ...more)).toMatchObject({
			config: { sessionId: RUN },
			speed: 100,
			seed: 7,
			as: 'mod',
			outboxFolder: folder,
			quiet: true,
			port: 0,
			hasWindow: false,
		})
	})

	it('watches the run of the pack it is started in, or lies in', async () => {
		const pack = at('unpacked')
		mkdirSync(join(pack, 'lib'), { recursive: true })
		writeFileSync(join(pack, 'lib', 'speedfog_race.toml'), TOML)
		writeFileSync(join(pack, 'launch_eldenring_speedfog.bat'), '')
		const lib = join(pack, 'lib')
		for (const place of [pack, lib]) {
			expect(await readOrder([], [at('elsewhere'), place])).toEqual({
				do: 'watch',
				config: expect.objectContaining({ sessionId: RUN }) as unknown,
				outboxFolder: lib,
				recordTo: null,
				replayFrom: null,
				quiet: false,
				port: 8777,
				hasWindow: true,
			})
		}
		expect(await readOrder(['--pack', pack])).toMatchObject({ do: 'watch', outboxFolder: lib })
	})

	it('watches another run when it is told which', async () => {
		const zip = await readOrder(['--pack', at('pack.zip'), '--record', 'a', '--replay', 'b', '--outbox', 'c'])
		expect(zip).toMatchObject({
			config: { sessionId: RUN },
			recordTo: 'a',
			replayFrom: 'b',
			outboxFolder: 'c',
		})
		for (const run of [
			['--pack', at('pack.zip')],
			['--config', at('run.toml')],
		]) {
			expect(await readOrder(run)).toMatchObject({ do: 'watch', outboxFolder: folder })
		}
	})

	it.each([
		[['--version'], { do: 'tell_version' }],
		[['--help'], { do: 'tell_usage' }],
		[['--diagnose'], { do: 'diagnose' }],
	])('answers %s', async (args, order) => {
		expect(await readOrder(args)).toEqual(order)
	})

	const misuses: [string, () => Promise<unknown>, string][] = [
		['no run anywhere', () => readOrder([], [folder]), 'No run was found here'],
		['nothing in the pack', () => readOrder(['--pack', at('bare.zip')]), 'holds no lib/speedfog_race.toml'],
		['a broken run to watch', () => readOrder(['--pack', at('broken.zip')]), 'server.url is missing.'],
		['no such run', () => readOrder(['--config', at('none.toml')]), 'none.toml cannot be read'],
		['an unknown command', () => readOrder(['fly']), 'There is no command "fly".'],
		['an unknown option', () => readOrder(['simulate', '--fast']), "Unknown option '--fast'"],
		['no pack', () => readOrder(['simulate']), '--pack is missing.'],
		['a pack that is not there', () => simulate('none.zip'), 'none.zip.'],
		['a pack without a run', () => simulate('bare.zip'), 'holds no lib/speedfog_race.toml'],
		['a pack without a graph', () => simulate('empty.zip'), 'holds no graph.json.'],
		['a graph that cannot be played', () => simulate('odd.zip'), 'graph.json cannot be played'],
		['a broken run', () => simulate('broken.zip'), 'x/lib/speedfog_race.toml: server.url is missing.'],
		[
			'a speed that is none',
			() => simulate('pack.zip', '--speed', 'fast'),
			'--speed must be a number up to 10000',
		],
		[
			'standing still',
			() => simulate('pack.zip', '--speed', '0'),
			'--speed must be a number up to 10000, not 0.',
		],
		[
			'a seed that is none',
			() => simulate('pack.zip', '--seed', '1.5'),
			'--seed must be a whole number, not 1.5.',
		],
		['an unknown manner', () => simulate('pack.zip', '--as', 'me'), '--as must be companion or mod, not me.'],
		[
			'no such configuration',
			() => simulate('pack.zip', '--config', at('none.toml')),
			'none.toml cannot be read',
		],
	]
	it.each(misuses)('says in a sentence what is wrong with %s', async (_what, read, sentence) => {
		const order = await read()
		expect(order).toMatchObject({ do: 'complain', problem: expect.stringContaining(sentence) })
	})
})
