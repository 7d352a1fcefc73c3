import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type RedisServer = {
	url: string
	/** Ends it; `start` brings it back at the same address. */
	stop(): Promise<void>
	start(): Promise<void>
}

/** What to do where tests with Redis are skipped. */
export const installation = 'apt-get install redis-server'

export function isInstalled(): boolean {
	try {
		execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
		return true
	} catch {
		return false
	}
}

/** A Redis of its own, which keeps nothing. */
export async function startRedis(): Promise<RedisServer> {
	const port = await freePort()
	let child: ChildProcess | undefined

	async function start(): Promise<void> {
		const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
		child = spawn('redis-server', settings, { stdio: 'ignore' })
		for (let tries = 0; !(await accepts(port)); tries++) {
			if (tries === 500) throw new Error('redis-server does not accept connections')
			await sleep(20)
		}
	}

	await start()
	return {
		url: `redis://127.0.0.1:${port}`,
		start,
		async stop() {
			if (!child || child.exitCode !== null || child.signalCode !== null) return
			const ended = once(child, 'exit')
			child.kill('SIGKILL')
			await ended
		},
	}
}

async function freePort(): Promise<number> {
	const server = net.createServer().listen(0, '127.0.0.1')
	await once(server, 'listening')
	const { port } = server.address() as AddressInfo
	server.close()
	await once(server, 'close')
	return port
}

function accepts(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = net.connect(port, '127.0.0.1')
		socket.on('connect', () => {
			socket.destroy()
			resolve(true)
		})
		socket.on('error', () => resolve(false))
	})
}
