import { readModAuth, readModFrame, readSpectatorAuth } from '@speedfog/core/protocol/read-frame'
import { brokenFrames, isSound } from '@speedfog/core/protocol/testing'
import { rssBytes } from '../machine/processes.ts'
import type { Bench } from '../stage.ts'

const BLOCK = 100_000
const MOST_GROWTH_MIB = 64
const MIB = 1024 * 1024

const options = { frames: 5_000_000, seed: 1 }

export const bench: Bench<typeof options> = {
	about: 'Broken copies of good frames against the reader: each is read soundly or refused',
	options,
	run(stage, { frames, seed }) {
		const startedMs = performance.now()
		const found = { read: 0, refused: 0, wrong: 0 }
		let beforeBytes = 0
		for (let done = 0; done < frames; done += BLOCK) {
			for (const text of brokenFrames(seed + done / BLOCK, Math.min(BLOCK, frames - done))) {
				const outcome = tryOut(text)
				found[outcome]++
				if (outcome === 'wrong') stage.say(`wrong: ${JSON.stringify(text)}`)
			}
			if (done === 0) beforeBytes = rssBytes(process.pid)
		}
		const growthMib = (rssBytes(process.pid) - beforeBytes) / MIB
		stage.say(`${found.read} were still good, ${found.refused} were refused`)
		return Promise.resolve([
			{
				what: 'thrown at, or read wrongly',
				unit: '',
				ours: found.wrong,
				must: '0',
				holds: found.wrong === 0,
			},
			{
				what: 'growth of memory after the first block',
				unit: 'MiB',
				ours: growthMib,
				must: `< ${MOST_GROWTH_MIB} MiB`,
				holds: growthMib < MOST_GROWTH_MIB,
			},
			{ what: 'frames', unit: '/s', ours: frames / ((performance.now() - startedMs) / 1_000) },
		])
	},
}

function tryOut(text: string): 'read' | 'refused' | 'wrong' {
	try {
		readModAuth(text)
		readSpectatorAuth(text)
		const read = readModFrame(text)
		if (read.ok) return isSound(read.message) ? 'read' : 'wrong'
		return read.problem === '' ? 'wrong' : 'refused'
	} catch {
		return 'wrong'
	}
}
