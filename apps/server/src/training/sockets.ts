import type { SocketRoute } from '#live/upgrade.ts'
import type { LiveSessions } from './live-sessions.ts'

/** The addresses of a session's sockets. */
export function socketRoutes(live: LiveSessions): SocketRoute[] {
	return [
		{
			path: /^\/ws\/training\/([^/]+)$/,
			accept: (socket, { id, address }) => live.acceptMod(socket, id, address),
		},
		{
			path: /^\/ws\/training\/([^/]+)\/spectate$/,
			accept: (socket, { id, signedIn }) => live.acceptSpectator(socket, id, signedIn),
		},
	]
}
