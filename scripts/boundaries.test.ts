import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** For every rule of .dependency-cruiser.cjs the file of the tree below that breaks it. */
const FORBIDDEN = {
	'no-cycles': 'packages/forge/src/a.ts',
	'packages-never-import-apps': 'packages/core/src/up.ts',
	'apps-never-import-each-other': 'apps/companion/src/main.ts',
	'walks-come-from-outside': 'e2e/walk.ts',
	'benches-measure-what-is-built': 'bench/relay.ts',
	'nobody-needs-a-bench': 'e2e/tour.ts',
	'core-is-pure': 'packages/core/src/run/run.ts',
	'platform-knows-no-feature': 'apps/server/src/live/link.ts',
	'features-meet-at-the-front-door': 'apps/server/src/training/training.ts',
	'routes-are-wired-at-the-top': 'apps/server/src/seeds/seeds.ts',
	'game-and-report-do-not-know-each-other': 'apps/companion/src/game/reader.ts',
	'lib-never-imports-routes': 'apps/web/src/lib/Map.svelte',
	'no-unresolved': 'apps/web/src/routes/part.ts',
}

const TREE: Record<string, string> = {
	'tsconfig.json': '{ "compilerOptions": { "paths": { "$lib/*": ["./apps/web/src/lib/*"] } } }',
	'packages/core/src/pure.ts': 'export const pure = 1',
	'packages/core/src/up.ts':
		"import { config } from '../../../apps/server/src/config.ts'\nexport const up = config",
	'packages/core/src/run/run.ts': "import { readFileSync } from 'node:fs'\nexport const run = readFileSync",
	'packages/forge/src/a.ts': "import type { B } from './b.ts'\nexport type A = B | 1",
	'packages/forge/src/b.ts': "import type { A } from './a.ts'\nexport type B = A | 2",
	'apps/server/src/config.ts': 'export const config = 1',
	'apps/server/src/main.ts': "import { routes } from './seeds/routes.ts'\nexport const main = routes",
	'apps/server/src/live/link.ts':
		"import { training } from '../training/training.ts'\nexport const link = training",
	'apps/server/src/training/training.ts':
		"import { rows } from '../seeds/queries.ts'\nimport { db } from '../database/database.ts'\nexport const training = [rows, db]",
	'apps/server/src/training/runs.ts': "import { seeds } from '../seeds/seeds.ts'\nexport const runs = seeds",
	'apps/server/src/database/database.ts': 'export const db = 1',
	'apps/server/src/seeds/seeds.ts':
		"import { rows } from './queries.ts'\nimport { routes } from './routes.ts'\nexport const seeds = [rows, routes]",
	'apps/server/src/seeds/routes.ts': 'export const routes = 1',
	'apps/server/src/seeds/queries.ts': 'export const rows = 1',
	'apps/companion/src/main.ts':
		"import { config } from '../../server/src/config.ts'\nexport const main = config",
	'apps/companion/src/game/reader.ts': "import { out } from '../report/outbox.ts'\nexport const reader = out",
	'apps/companion/src/report/outbox.ts': 'export const out = 1',
	'apps/web/src/lib/Map.svelte':
		'<script lang="ts">\n\timport { part } from \'../routes/part.ts\'\n\tconst shown: number = part\n</script>\n{shown}',
	'apps/web/src/lib/time.ts': 'export const time = 1',
	'apps/web/src/routes/view.ts': "import { time } from '$lib/time.ts'\nexport const view = time",
	'apps/web/src/routes/part.ts': "import { gone } from './gone.ts'\nexport const part = gone",
	'bench/relay.ts': "import { config } from '../apps/server/src/config.ts'\nexport const relay = config",
	'bench/row.ts': 'export const row = 1',
	'e2e/tour.ts': "import { row } from '../bench/row.ts'\nexport const tour = row",
	'e2e/walk.ts': "import { config } from '../apps/server/src/config.ts'\nexport const walk = config",
}

type Violation = { from: string; to: string; rule: { name: string } }

describe('the import rules', () => {
	let tree: string
	let violations: Violation[]

	beforeAll(async () => {
		tree = await mkdtemp(join(tmpdir(), 'boundaries-'))
		for (const [path, text] of Object.entries(TREE)) {
			await mkdir(dirname(join(tree, path)), { recursive: true })
			await writeFile(join(tree, path), text)
		}
		violations = await cruise(tree)
	}, 60_000)

	afterAll(() => rm(tree, { recursive: true, force: true }))

	test.each(Object.entries(FORBIDDEN))('%s reports its violation', (name, from) => {
		expect(violations.filter(({ rule }) => rule.name === name).map((violation) => violation.from)).toContain(
			from,
		)
	})

	test('every rule of the configuration is tried here', () => {
		const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
			forbidden: { name: string }[]
		}
		expect(forbidden.map(({ name }) => name)).toEqual(Object.keys(FORBIDDEN))
	})

	test('imports of the platform, of a front door, of routes at the top are allowed', () => {
		const forbidden = new Set(Object.values(FORBIDDEN))
		// Either end of the cycle may be named first.
		forbidden.add('packages/forge/src/b.ts')
		expect(violations.filter(({ from }) => !forbidden.has(from))).toEqual([])
		expect(violations.filter(({ to }) => to.endsWith('database.ts'))).toEqual([])
	})
})

async function cruise(folder: string): Promise<Violation[]> {
	const program = join(import.meta.dirname, '../node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
	const config = join(import.meta.dirname, '../.dependency-cruiser.cjs')
	const args = [program, '--config', config, '--output-type', 'json', 'packages', 'apps', 'e2e', 'bench']
	const output = await new Promise<string>((resolve) => {
		execFile(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 }, (_, stdout) => resolve(stdout))
	})
	return (JSON.parse(output) as { summary: { violations: Violation[] } }).summary.violations
}
