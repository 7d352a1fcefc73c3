// @ts-check
import * as checks from './lib/checks.mjs'
import * as children from './lib/children.mjs'
import * as installation from './lib/installation.mjs'

children.stopOnSignals()
await installation.ensure('all')
const { passed, failed, broken = [] } = await checks.runAll()
process.stdout.write(broken.map((what) => `\n✗ ${what}\n`).join(''))
process.stdout.write(`${passed} checks passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)
