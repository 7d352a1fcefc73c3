import { describe } from 'vitest'
import { missing } from './browser.ts'
import { openStage } from './stage.ts'
import { fingerWalks } from './walks/fingers.ts'
import { networkWalks } from './walks/network.ts'
import { otherWalks } from './walks/others.ts'
import { runWalks } from './walks/runs.ts'
import { screenWalks } from './walks/screens.ts'
import { settingsWalks } from './walks/settings.ts'

if (missing) process.stderr.write(`${missing}\n`)

describe.skipIf(missing)('a visitor with a real browser', () => {
	const stage = openStage({ ADMIN_USERS: 'warden' })
	runWalks(stage)
	screenWalks(stage)
	fingerWalks(stage)
	networkWalks(stage)
	settingsWalks(stage)
	otherWalks(stage)
})
