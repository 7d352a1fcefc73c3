// @ts-check
import * as builds from './lib/builds.mjs'
import * as children from './lib/children.mjs'
import * as installation from './lib/installation.mjs'
import { root } from './lib/root.mjs'

const WEB_PORT = '5173'

children.stopOnSignals()
await installation.ensure('all')
await builds.ensure(['companion'])
const node = process.execPath
const server = children.begin(node, [
	`${root}/node_modules/tsx/dist/cli.mjs`,
	'watch',
	'--clear-screen=false',
	'apps/server/src/main.ts',
])
const web = children.begin(node, [`${root}/node_modules/vite/bin/vite.js`, 'dev', '--port', WEB_PORT], {
	cwd: `${root}/apps/web`,
	env: { ...process.env, SPEEDFOG_SERVER: `http://localhost:${process.env['PORT'] ?? 8000}` },
})
for (const child of [server, web])
	child.once('close', () => void children.stopAll().then(() => process.exit(1)))
