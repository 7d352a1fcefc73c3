import { afterEach, describe, expect, it, vi } from 'vitest'
import { download, type Progress } from './download.ts'
import { ApiProblem } from './request.ts'

type Part = { status?: number; bytes: string; length: number; etag?: string; breaks?: boolean }

/** Answers one part a call; a part that breaks ends its stream with an error. */
function serve(...parts: Part[]) {
	const asked: Record<string, string>[] = []
	vi.stubGlobal('fetch', (_url: string, init: { headers: Record<string, string> }) => {
		asked.push({ ...init.headers })
		const part = parts.shift()
		if (!part) return Promise.reject(new TypeError('Failed to fetch'))
		const chunks = [new TextEncoder().encode(part.bytes)]
		const body = new ReadableStream({
			pull(controller) {
				const chunk = chunks.shift()
				if (chunk) controller.enqueue(chunk)
				else if (part.breaks) controller.error(new TypeError('network error'))
				else controller.close()
			},
		})
		const headers = {
			'content-length': String(part.length),
			'content-disposition': 'attachment; filename="speedfog_training_mira_1.zip"',
			etag: part.etag ?? '"one"',
		}
		return Promise.resolve(new Response(body, { status: part.status ?? 200, headers }))
	})
	return asked
}

const run = (onProgress: (progress: Progress) => void = () => {}) =>
	download('/pack', { signal: new AbortController().signal, onProgress, pauseMs: 0 })

afterEach(() => vi.unstubAllGlobals())

describe('download', () => {
	it('returns the file under its name and tells how far it is', async () => {
		serve({ bytes: 'abcdef', length: 6 })
		const seen: Progress[] = []
		const { blob, fileName } = await run((progress) => seen.push(progress))
		expect(await blob.text()).toBe('abcdef')
		expect(fileName).toBe('speedfog_training_mira_1.zip')
		expect(seen.at(-1)).toEqual({ receivedBytes: 6, totalBytes: 6 })
	})

	it('goes on also where a connection ended early without saying that it broke', async () => {
		const asked = serve({ bytes: 'abc', length: 6 }, { status: 206, bytes: 'def', length: 3 })
		const { blob } = await run()
		expect(await blob.text()).toBe('abcdef')
		expect(asked[1]).toMatchObject({ range: 'bytes=3-' })
	})

	it('goes on where it was interrupted', async () => {
		const asked = serve({ bytes: 'abc', length: 6, breaks: true }, { status: 206, bytes: 'def', length: 3 })
		const seen: Progress[] = []
		const { blob } = await run((progress) => seen.push(progress))
		expect(await blob.text()).toBe('abcdef')
		expect(asked[1]).toEqual({ range: 'bytes=3-', 'if-range': '"one"' })
		expect(seen.at(-1)).toEqual({ receivedBytes: 6, totalBytes: 6 })
	})

	it('begins anew when the file has changed meanwhile', async () => {
		serve({ bytes: 'abc', length: 6, breaks: true }, { bytes: 'ABCDEF', length: 6, etag: '"two"' })
		expect(await (await run()).blob.text()).toBe('ABCDEF')
	})

	it('tells the sentence of a refusal and does not ask again', async () => {
		const asked: unknown[] = []
		vi.stubGlobal('fetch', () => {
			asked.push(1)
			const problem = { type: 'about:blank', title: 'Gone', status: 410, detail: 'The file is gone.' }
			return Promise.resolve(new Response(JSON.stringify(problem), { status: 410 }))
		})
		await expect(run()).rejects.toThrow('The file is gone.')
		expect(asked).toHaveLength(1)
	})

	it('gives up after several interruptions without a byte between them', async () => {
		serve({ bytes: 'abc', length: 6, breaks: true })
		await expect(run()).rejects.toBeInstanceOf(ApiProblem)
	})
})
