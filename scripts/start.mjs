// @ts-check
import { pathToFileURL } from 'node:url'
import * as builds from './lib/builds.mjs'
import * as children from './lib/children.mjs'
import * as installation from './lib/installation.mjs'
import { root } from './lib/root.mjs'

const SERVER = `${root}/apps/server/dist/main.js`

const release = children.stopOnSignals()
await installation.ensure('start')
await builds.ensure(builds.ALL)
release()

// The server runs in this very process, where signals reach it, and takes itself for the program.
const forget = children.whenOrphaned(() => process.kill(process.pid, 'SIGTERM'))
process.once('SIGINT', forget).once('SIGTERM', forget)
process.argv[1] = SERVER
await import(pathToFileURL(SERVER).href)
