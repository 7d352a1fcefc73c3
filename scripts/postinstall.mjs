// @ts-check
import { rmSync } from 'node:fs'
import { root } from './lib/root.mjs'

// The second Node, which one leg of the tests runs on, brings a command `node`. npm puts that before the machine's own
// on the path of every script, and all of them would quietly run on it.
rmSync(`${root}/node_modules/.bin/node`, { force: true })
