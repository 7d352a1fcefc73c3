// @ts-check
import * as tools from './lib/tools.mjs'

await tools.run('server', 'apps/server/dist/pools.js')
