// Who may import whom: each rule is one sentence of docs/architecture.md. scripts/boundaries.test.ts breaks each once.
const FEATURE = '^apps/server/src/(accounts|companion|pools|seeds|packs|training)/'
const TEST = '\\.test\\.ts$|/testing(-setup)?\\.ts$'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		{ name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
		{
			name: 'packages-never-import-apps',
			severity: 'error',
			from: { path: '^packages/' },
			to: { path: '^apps/' },
		},
		{
			name: 'apps-never-import-each-other',
			severity: 'error',
			from: { path: '^apps/([^/]+)/' },
			to: { path: '^apps/', pathNot: '^apps/$1/' },
		},
		{
			name: 'walks-come-from-outside',
			comment:
				'e2e and scripts use what is built, as a user would. Only the simulated game is asked for its own account of a play, and the stand-ins for a real one and for Twitch are started.',
			severity: 'error',
			from: { path: '^(e2e|scripts)/' },
			to: {
				path: '^apps/',
				pathNot: [
					'^apps/companion/src/(simulate|pack|config|game/testing/stand-in/stand-in)\\.ts$',
					'^apps/server/src/accounts/testing/twitch\\.ts$',
				],
			},
		},
		{
			name: 'benches-measure-what-is-built',
			comment:
				'A bench measures built programs in processes of their own. Its databases, and the games it plays, come from where the tests have them; the drawing of the map and the search in code are functions.',
			severity: 'error',
			from: { path: '^bench/' },
			to: {
				path: '^apps/',
				pathNot: [
					'^apps/server/src/(database/embedded|log|live/testing/redis-server)\\.ts$',
					'^apps/companion/src/(simulate|pack|config|game/(scan|signatures|testing/stand-in/stand-in))\\.ts$',
					'^apps/web/src/lib/map/[a-z]+\\.ts$',
				],
			},
		},
		{
			name: 'nobody-needs-a-bench',
			severity: 'error',
			from: { pathNot: '^bench/' },
			to: { path: '^bench/' },
		},
		{
			name: 'core-is-pure',
			severity: 'error',
			from: { path: '^packages/core/src/', pathNot: TEST },
			to: { pathNot: ['^packages/core/src/', '(^|/)node_modules/zod/'] },
		},
		{
			name: 'platform-knows-no-feature',
			severity: 'error',
			from: { path: '^apps/server/src/(database|http|live)/', pathNot: TEST },
			to: { path: FEATURE },
		},
		{
			name: 'features-meet-at-the-front-door',
			severity: 'error',
			from: { path: FEATURE, pathNot: TEST },
			to: { path: FEATURE, pathNot: ['^apps/server/src/$1/', '^apps/server/src/([^/]+)/\\1\\.ts$'] },
		},
		{
			name: 'routes-are-wired-at-the-top',
			severity: 'error',
			from: { pathNot: ['^apps/server/src/[^/]+\\.ts$', TEST] },
			to: { path: '^apps/server/src/[^/]+/routes\\.ts$' },
		},
		{
			name: 'game-and-report-do-not-know-each-other',
			severity: 'error',
			from: { path: '^apps/companion/src/(game|report)/', pathNot: TEST },
			to: { path: '^apps/companion/src/(game|report)/', pathNot: '^apps/companion/src/$1/' },
		},
		{
			name: 'lib-never-imports-routes',
			severity: 'error',
			from: { path: '^apps/web/src/lib/' },
			to: { path: '^apps/web/src/routes/' },
		},
		{
			name: 'no-unresolved',
			severity: 'error',
			from: {},
			// What SvelteKit makes up at build time.
			to: { couldNotResolve: true, pathNot: '^\\$(app|env)/|/\\$types(\\.js)?$' },
		},
	],
	options: {
		tsConfig: { fileName: 'tsconfig.json' },
		// Imports of types count too: a cycle of types is a cycle of ideas.
		tsPreCompilationDeps: true,
		doNotFollow: { path: 'node_modules' },
		exclude: { path: '\\.svelte-kit/|/dist/|/build/' },
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['import', 'types', 'svelte', 'default'],
			extensions: ['.ts', '.svelte', '.js', '.mjs'],
		},
	},
}
