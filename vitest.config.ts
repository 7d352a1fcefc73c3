import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const project = (name: string, root: string, options: object = {}) => ({
	test: { name, root, include: ['src/**/*.test.ts'], ...options },
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
			// One browser and one server at a time: they share two cores with nobody.
			project('e2e', 'e2e', {
				include: ['**/*.test.ts'],
				fileParallelism: false,
				expect: { poll: { timeout: 15_000 } },
				testTimeout: 120_000,
				hookTimeout: 120_000,
			}),
		],
	},
})
