// @ts-check
import * as builds from './lib/builds.mjs'
import * as children from './lib/children.mjs'
import * as installation from './lib/installation.mjs'
import * as programs from './lib/programs.mjs'

children.stopOnSignals()
await installation.ensure('start')
if (!programs.canBeMade) {
	process.stderr.write('The companion is built on Linux with an x64 processor, for all systems.\n')
	process.exit(1)
}
await builds.ensure(['programs'])
process.exit(0)
