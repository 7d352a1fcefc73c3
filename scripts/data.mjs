// @ts-check
import { root } from './lib/root.mjs'
import * as tools from './lib/tools.mjs'

// DATA_DIR means the same as to npm start.
await tools.run('server', 'apps/server/dist/data.js', { cwd: root })
