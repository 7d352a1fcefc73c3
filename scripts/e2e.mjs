// @ts-check
import * as builds from './lib/builds.mjs'
import * as children from './lib/children.mjs'
import * as installation from './lib/installation.mjs'
import * as suites from './lib/suites.mjs'

children.stopOnSignals()
await installation.ensure('all')
await builds.ensure(builds.TESTED)
const { ok } = await suites.runVitest(['--project', 'e2e-*', ...process.argv.slice(2)])
process.exit(ok ? 0 : 1)
