import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const project = (name: string, root: string, options: object = {}) => ({
	// A busy machine takes its time; what is waited for comes or never does.
	test: { name, root, include: ['src/**/*.test.ts'], expect: { poll: { timeout: 20_000 } }, ...options },
})

const walks = (name: string, include: string[]) =>
	project(name, 'e2e', {
		include,
		fileParallelism: false,
		testTimeout: 120_000,
		hookTimeout: 120_000,
	})

export default defineConfig({
	test: {
		// Most suites wait for a database, a socket or a process: one worker a core keeps the machine busy.
		maxWorkers: '100%',
		projects: [
			project('core', 'packages/core', { isolate: false }),
			project('forge', 'packages/forge', { isolate: false }),
			project('server', 'apps/server', {
				testTimeout: 30_000,
				hookTimeout: 60_000,
				globalSetup: join(import.meta.dirname, 'apps/server/src/database/testing-setup.ts'),
			}),
			project('companion', 'apps/companion', { testTimeout: 30_000 }),
			project('web', 'apps/web', { isolate: false }),
			project('tooling', 'scripts', { include: ['**/*.test.ts'], testTimeout: 60_000 }),
			// What opens a browser, and what does not: each one file after the other, both side by side.
			walks('e2e', ['walks.test.ts', 'firefox.test.ts', 'overlay.test.ts']),
			walks('processes', ['kill.test.ts', 'whole-run.test.ts', 'game-memory.test.ts', 'programs.test.ts']),
		],
	},
})
