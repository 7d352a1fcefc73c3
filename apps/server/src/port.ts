import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Refused } from './refused.ts'

/**
 * The port to listen on, 0 replaced by a free one. Asked before anything is started, so that a port that is taken
 * is said at once.
 */
export async function settle(host: string, port: number): Promise<number> {
	const probe = createServer()
	await new Promise<void>((resolve, reject) => {
		probe.once('error', (error: NodeJS.ErrnoException) => reject(refusal(error, host, port) ?? error))
		probe.listen(port, host, resolve)
	})
	const settled = (probe.address() as AddressInfo).port
	await new Promise((resolve) => probe.close(resolve))
	return settled
}

/** What a failed listen means to the person who starts the server. */
export function refusal({ code }: NodeJS.ErrnoException, host: string, port: number): Refused | undefined {
	switch (code) {
		case 'EADDRINUSE':
			return new Refused(
				`Port ${port} on ${host} is taken: stop what listens there, or set PORT to another one (0 picks a free one).`,
			)
		case 'EACCES':
			return new Refused(`This user may not listen on port ${port}: set PORT to one above 1023.`)
		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return new Refused(`HOST is "${host}", which is no address of this machine: set it to one that is.`)
		default:
			return undefined
	}
}
