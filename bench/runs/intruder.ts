import { WebSocket } from 'ws'
import { modToken } from '../product/sessions.ts'

const PATIENCE_MS = 10_000

/** Whether a second mod of a session is let in; it leaves at once. */
export function isLetIn(serverUrl: string, { sessionId }: { sessionId: string }): Promise<boolean> {
	const socket = new WebSocket(`${serverUrl.replace('http', 'ws')}/ws/training/${sessionId}`)
	return new Promise((resolve) => {
		const end = (letIn: boolean) => {
			clearTimeout(late)
			socket.terminate()
			resolve(letIn)
		}
		const late = setTimeout(() => end(false), PATIENCE_MS)
		socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', mod_token: modToken(sessionId) })))
		socket.on('message', (data: Buffer) =>
			end((JSON.parse(data.toString()) as { type: string }).type === 'auth_ok'),
		)
		socket.on('close', () => end(false))
		socket.on('error', () => end(false))
	})
}
