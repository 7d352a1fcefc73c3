// @ts-check
import * as builds from './lib/builds.mjs'
import * as children from './lib/children.mjs'
import * as installation from './lib/installation.mjs'
import { root } from './lib/root.mjs'

children.stopOnSignals()
await installation.ensure('start')
await builds.ensure(['companion'])
const companion = `${root}/apps/companion/dist/companion.js`
// Paths among the arguments are the caller's: npm runs us in the project's folder.
const { ok } = await children.run(process.execPath, [companion, 'simulate', ...process.argv.slice(2)], {
	cwd: process.env['INIT_CWD'] ?? process.cwd(),
})
process.exit(ok ? 0 : 1)
