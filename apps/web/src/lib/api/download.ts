import { ApiProblem, noAnswer, problemOf } from './request.ts'

export type Progress = { receivedBytes: number; totalBytes: number | null }
export type Download = { blob: Blob; fileName: string }

type Asked = { signal: AbortSignal; onProgress: (progress: Progress) => void; pauseMs?: number }

/** What has come is handed to the browser's blob store in pieces of this size, which keeps it off the heap. */
const pieceBytes = 8 * 1024 * 1024
/** Interruptions in a row, without a byte between them, before giving up. */
const mostInterruptions = 5

/** Fetches a file; after an interruption it goes on where it stopped, as long as the file is the same. */
export async function download(
	url: string,
	{ signal, onProgress, pauseMs = 1_500 }: Asked,
): Promise<Download> {
	const received = { pieces: [] as Blob[], loose: [] as BlobPart[], looseBytes: 0, bytes: 0 }
	let etag: string | null = null
	let interruptions = 0

	for (;;) {
		const headers: Record<string, string> = {}
		if (received.bytes > 0 && etag)
			Object.assign(headers, { range: `bytes=${received.bytes}-`, 'if-range': etag })
		try {
			const response = await fetch(url, { headers, signal, credentials: 'same-origin' })
			if (!response.ok) throw new ApiProblem(await problemOf(response))
			if (response.status !== 206) Object.assign(received, { pieces: [], loose: [], looseBytes: 0, bytes: 0 })
			etag = response.headers.get('etag')
			const length = response.headers.get('content-length')
			const totalBytes = length === null ? null : received.bytes + Number(length)
			onProgress({ receivedBytes: received.bytes, totalBytes })
			const reader = response.body?.getReader()
			for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
				interruptions = 0
				received.loose.push(chunk.value)
				received.looseBytes += chunk.value.byteLength
				received.bytes += chunk.value.byteLength
				if (received.looseBytes >= pieceBytes) {
					received.pieces.push(new Blob(received.loose))
					Object.assign(received, { loose: [], looseBytes: 0 })
				}
				onProgress({ receivedBytes: received.bytes, totalBytes })
			}
			if (totalBytes !== null && received.bytes < totalBytes) throw new Error('The answer ended early')
			const type = response.headers.get('content-type') ?? ''
			const blob = new Blob([...received.pieces, ...received.loose], { type })
			return { blob, fileName: fileNameOf(response.headers.get('content-disposition')) }
		} catch (error) {
			if (error instanceof ApiProblem || signal.aborted) throw error
			if (++interruptions > mostInterruptions) throw new ApiProblem(noAnswer)
			await new Promise((resolve) => setTimeout(resolve, pauseMs * interruptions))
		}
	}
}

/** Hands a file to the browser as if a link to it had been clicked. */
export function save({ blob, fileName }: Download): void {
	const url = URL.createObjectURL(blob)
	const link = document.createElement('a')
	link.href = url
	link.download = fileName
	link.click()
	// The browser reads the blob after the click: it must outlive this turn.
	setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function fileNameOf(disposition: string | null): string {
	return /filename="?([\w.-]+)"?/.exec(disposition ?? '')?.[1] ?? 'speedfog_training'
}
