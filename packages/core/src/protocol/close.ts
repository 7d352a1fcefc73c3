/** Every way a live socket is closed, as both ends name it. `code` is the WebSocket close code. */
export const close = {
	normal: { code: 1000, reason: 'Done' },
	tooBig: { code: 1009, reason: 'Frame too big' },
	restarting: { code: 1012, reason: 'Server restarting' },
	tooSlow: { code: 1013, reason: 'Try again later' },
	authTimeout: { code: 4001, reason: 'Auth timeout' },
	forbidden: { code: 4003, reason: 'Not allowed' },
	notFound: { code: 4004, reason: 'No such session' },
	abuse: { code: 4008, reason: 'Too many frames' },
	replaced: { code: 4009, reason: 'Replaced by another connection' },
} as const

export type Close = (typeof close)[keyof typeof close]
