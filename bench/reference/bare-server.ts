import { createReadStream, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Lengths } from '../load/commands.ts'

/**
 * The least that a server does. A relay parses what a mod says and sends those who watch a text as long as the product's
 * at that point of a run. `/raw` pipes a file, `/memory` sends its bytes from memory. Nothing is checked, kept or stored.
 */

export type Given = { lengths: Lengths; file?: string }

type Room = { watchers: Set<WebSocket>; gates: number }
type Said = { type: string; igt_ms: number; death_count?: number }

const PATH = /^\/ws\/training\/([^/]+)(\/spectate)?$/

let lengths: Lengths = { figures: [], zones: [] }
let padding = ''
let file = ''
let bytes: Buffer | undefined
const rooms = new Map<string, Room>()

process.on('message', (given: Given) => {
	lengths = given.lengths
	file = given.file ?? ''
	padding = ' '.repeat(Math.max(1, ...lengths.figures, ...lengths.zones))
	process.send!({ ready: true })
})
process.on('disconnect', () => process.exit())

const http = createServer((request, response) => {
	if (request.url === '/raw') createReadStream(file).pipe(response)
	else response.setHeader('content-type', 'application/json').end((bytes ??= readFileSync(file)))
})
http.listen(0, '127.0.0.1', () => process.send!({ port: (http.address() as AddressInfo).port }))

const server = new WebSocketServer({ server: http, perMessageDeflate: false, clientTracking: false })
server.on('connection', (socket, request) => {
	const [, id = '', spectate] = PATH.exec(request.url ?? '') ?? []
	const room = rooms.get(id) ?? { watchers: new Set(), gates: 0 }
	rooms.set(id, room)
	if (spectate) watch(socket, room)
	else listen(socket, room)
})

function watch(socket: WebSocket, room: Room): void {
	socket.once('message', () => {
		room.watchers.add(socket)
		socket.send('{"type":"race_state"}')
	})
}

function listen(socket: WebSocket, room: Room): void {
	socket.on('message', (data: Buffer) => {
		const said = JSON.parse(data.toString()) as Said
		if (said.type === 'auth') return socket.send('{"type":"zone_update"}')
		const isGate = said.type === 'event_flag'
		if (isGate) room.gates++
		const known = isGate ? lengths.zones : lengths.figures
		const length = known[room.gates] ?? known.at(-1) ?? 0
		const figures = `{"igt_ms":${said.igt_ms},"death_count":0${isGate ? `,"gates":${room.gates}` : ''},"padding":"`
		const text = `${figures}${padding.slice(0, Math.max(0, length - figures.length - 2))}"}`
		for (const watcher of room.watchers) watcher.send(text)
	})
}
