import { openSync, readFileSync, writeSync } from 'node:fs'
import { editionOf } from '../editions.ts'
import { IMAGE_BYTES } from '../image.ts'
import { createWorld, type Scene } from '../world.ts'

/** Stands in for the game: a process of its own, with the game's name and its memory, that does as it is told. */
const [library = '', version = '', ...groups] = process.argv.slice(2)

process.title = 'eldenring.exe'
try {
	process.dlopen({ exports: {} }, library)
} catch {
	// It is no addon of Node, but it was loaded, and stays.
}
const mapping = readFileSync('/proc/self/maps', 'utf8')
	.split('\n')
	.find((line) => line.endsWith(library))
const base = BigInt(`0x${mapping!.split('-', 1)[0]}`)
const memory = openSync('/proc/self/mem', 'r+')

const world = createWorld(
	{
		write(address, bytes) {
			writeSync(memory, bytes, 0, bytes.length, Number(address))
		},
	},
	{
		edition: editionOf(version),
		base,
		heap: base + BigInt(IMAGE_BYTES),
		...(groups.length > 0 && { tree: { shape: 'balanced', groups: groups.map(Number) } }),
	},
)

process.on('message', (scene: Scene) => {
	world.show(scene)
	process.send!({ shown: true })
})
process.on('disconnect', () => process.exit())
process.send!({ base: String(base) })
