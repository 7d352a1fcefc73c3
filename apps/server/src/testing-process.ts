import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'

export type ServerProcess = {
	child: ChildProcess
	/** Its address, from the moment it listens; rejects when it ends before. */
	url: Promise<string>
	/** Exit code and all it wrote. */
	ended: Promise<{ code: number | null; stdout: string; stderr: string }>
}

const SERVER = import.meta.dirname
/** Beside src and dist, so that all paths from there are the same. */
const CACHE = join(SERVER, '../.cache')

/** One file of a program, as a build makes it: it starts several times faster than its sources. */
export async function bundle(entry: string, name: string): Promise<string> {
	const outfile = join(CACHE, `${name}.mjs`)
	await build({
		absWorkingDir: SERVER,
		entryPoints: [entry],
		outfile,
		bundle: true,
		platform: 'node',
		format: 'esm',
		logLevel: 'error',
		plugins: [packagesStayOutside],
	})
	return outfile
}

/** Runs the bundled server with nothing of our own environment but the path. */
export function runServer(program: string, env: NodeJS.ProcessEnv): ServerProcess {
	const child = spawn(process.execPath, [program], {
		env: { PATH: process.env['PATH'], ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	})
	let stdout = ''
	let stderr = ''
	child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
	const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
	const url = new Promise<string>((resolve, reject) => {
		child.stdout.on('data', (chunk: Buffer) => {
			stdout += chunk.toString()
			const address = /"msg":"listening on (http:[^"]+)"/.exec(stdout)?.[1]
			if (address) resolve(address)
		})
		void ended.then((end) => reject(new Error(`it ended: ${JSON.stringify(end)}`)))
	})
	url.catch(() => undefined)
	return { child, url, ended }
}

const packagesStayOutside: Plugin = {
	name: 'packages-stay-outside',
	setup: ({ onResolve }) =>
		onResolve({ filter: /^[^.#/]/ }, ({ path, kind }) =>
			kind === 'entry-point' || path.startsWith('@speedfog/') ? undefined : { path, external: true },
		),
}
