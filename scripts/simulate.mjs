// @ts-check
import * as tools from './lib/tools.mjs'

await tools.run('companion', 'apps/companion/dist/companion.js', { first: ['simulate'] })
