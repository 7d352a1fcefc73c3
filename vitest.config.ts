import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'

const project = (name: string, root: string, options: object = {}) => ({
	// A busy machine takes its time; what is waited for comes or never does.
	test: {
		name,
		root,
		include: ['src/**/*.test.ts'],
		testTimeout: 60_000,
		hookTimeout: 60_000,
		expect: { poll: { timeout: 20_000 } },
		...options,
	},
})

/** What is started and watched without a browser; beside what needs one, since both wait more than they work. */
const programs = ['kill', 'whole-run', 'game-memory', 'programs'].map((name) => `${name}.test.ts`)

const walks = (name: string, files: object) =>
	project(name, 'e2e', { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000, ...files })

export default defineConfig({
	test: {
		// Most suites wait for a database, a socket or a process: three workers keep two cores busy.
		maxWorkers: 3,
		projects: [
			project('core', 'packages/core', { isolate: false }),
			project('forge', 'packages/forge', { isolate: false }),
			project('server', 'apps/server', {
				globalSetup: join(import.meta.dirname, 'apps/server/src/database/testing-setup.ts'),
			}),
			project('companion', 'apps/companion'),
			project('web', 'apps/web', { isolate: false }),
			project('tooling', 'scripts', { include: ['**/*.test.ts'] }),
			walks('e2e-walks', { include: ['walks.test.ts'] }),
			walks('e2e-pages', {
				include: ['**/*.test.ts'],
				exclude: [...configDefaults.exclude, ...programs, 'walks.test.ts'],
			}),
			walks('e2e-programs', { include: programs }),
		],
	},
})
