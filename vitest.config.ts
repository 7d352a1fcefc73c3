import { defineConfig } from 'vitest/config'

const project = (name: string, root: string, options: object = {}) => ({
	test: { name, root, include: ['src/**/*.test.ts'], ...options },
})

export default defineConfig({
	test: {
		projects: [
			project('core', 'packages/core', { isolate: false }),
			project('forge', 'packages/forge', { isolate: false }),
			project('server', 'apps/server', { testTimeout: 30_000, hookTimeout: 60_000 }),
			project('companion', 'apps/companion', { testTimeout: 30_000 }),
			project('web', 'apps/web', { isolate: false }),
		],
	},
})
