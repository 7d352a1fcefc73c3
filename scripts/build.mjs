// @ts-check
import * as builds from './lib/builds.mjs'
import * as children from './lib/children.mjs'
import * as installation from './lib/installation.mjs'

children.stopOnSignals()
await installation.ensure('start')
await builds.ensure(builds.ALL)
process.exit(0)
