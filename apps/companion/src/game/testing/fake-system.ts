import type { Attachment, GameProcess, System } from '../memory.ts'
import type { Edition } from './editions.ts'
import { IMAGE_BYTES, type Plant } from './image.ts'
import { createSparseMemory, type SparseMemory } from './sparse-memory.ts'
import { createWorld, type World } from './world.ts'

/** A system whose games are objects of the test. */
export type FakeSystem = System & {
	games: FakeGame[]
	antiCheat: string | null
	/** Starts a game, elsewhere in memory than the one before. */
	start(edition: Edition, options?: { plant?: readonly Plant[]; pid?: number }): FakeGame
}

type FakeGame = {
	pid: number
	startedAt: bigint
	base: bigint
	memory: SparseMemory
	world: World
	/** What attaching to it comes to; default: it works. */
	attachment: Attachment | null
	isRunning: boolean
	isOpen: boolean
	end(): void
}

const FIRST_BASE = 0x1_4000_0000n
const HEAP = 0x7ff4_8000_0000n

export function createFakeSystem(): FakeSystem {
	const games: FakeGame[] = []
	let started = 0n
	return {
		games,
		antiCheat: null,
		look() {
			const running = games.filter(({ isRunning }) => isRunning)
			const candidates = running.sort((a, b) => (a.startedAt > b.startedAt ? -1 : 1))
			return { candidates, antiCheat: this.antiCheat }
		},
		attach({ pid, startedAt }) {
			const game = games.find((one) => one.pid === pid && one.startedAt === startedAt)
			if (!game?.isRunning) return { state: 'no_game' }
			return game.attachment ?? { state: 'attached', process: open(game) }
		},
		start(edition, { plant, pid = 4_711 } = {}) {
			const base = FIRST_BASE + started * 0x1000_0000n
			const memory = createSparseMemory()
			const world = createWorld(memory, { edition, base, heap: HEAP, ...(plant ? { plant } : {}) })
			const game: FakeGame = {
				pid,
				startedAt: started++,
				base,
				memory,
				world,
				attachment: null,
				isRunning: true,
				isOpen: false,
				end() {
					game.isRunning = false
				},
			}
			games.push(game)
			return game
		},
	}
}

function open(game: FakeGame): GameProcess {
	game.isOpen = true
	return {
		pid: game.pid,
		startedAt: game.startedAt,
		base: game.base,
		imageBytes: IMAGE_BYTES,
		exePath: null,
		isRunning: () => game.isRunning,
		read: (address, length, into) =>
			game.isRunning && game.isOpen ? game.memory.read(address, length, into) : null,
		close() {
			game.isOpen = false
		},
	}
}
