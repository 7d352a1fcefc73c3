/** @type {import('knip').KnipConfig} */
export default {
	workspaces: {
		'.': {
			entry: ['scripts/*.mjs'],
			project: ['scripts/**', '*.{js,ts}'],
			// Looked up by path at run time, after the installation.
			ignoreDependencies: ['esbuild', 'tsx'],
		},
		'packages/*': { project: ['src/**'], includeEntryExports: true },
		'apps/server': {
			// The second is a whole program that tests build and run.
			entry: [
				'src/main.ts',
				'src/commands/pools.ts',
				'src/commands/data.ts',
				'src/database/embedded/testing/server.ts',
			],
			project: ['src/**'],
			ignoreBinaries: ['redis-server', 'nginx', 'openssl'],
		},
		'apps/companion': { entry: ['src/main.ts'], project: ['src/**'] },
		'apps/web': { project: ['src/**'] },
		bench: {
			entry: ['bench.ts', 'benches/*.ts', 'load/generator.ts', 'reference/*.ts'],
			project: ['**/*.ts'],
		},
		e2e: {
			entry: ['*.test.ts', 'shots.ts'],
			project: ['**/*.ts'],
			ignoreBinaries: ['Xvfb', 'wine', 'wineboot', 'winecfg'],
		},
	},
	compilers: {
		svelte: (text) => [...scripts(text), ...members(text)].join('\n'),
	},
}

/** @param {string} text */
function scripts(text) {
	return [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => code)
}

/** What the markup uses of modules that are imported as a whole, such as `training.start`. @param {string} text */
function members(text) {
	return [...text.matchAll(/\b[a-z]\w*\.[a-zA-Z]\w*/g)].map(([member]) => `;${member};`)
}
