// @ts-check
import * as builds from './lib/builds.mjs'
import * as children from './lib/children.mjs'
import * as installation from './lib/installation.mjs'

children.stopOnSignals()
await installation.ensure('all')
await builds.ensure(builds.ALL)
const { ok } = await children.runInstalled('tsx/dist/cli.mjs', ['e2e/shots.ts', ...process.argv.slice(2)])
process.exit(ok ? 0 : 1)
