/**
 * What may be asked for at any time, and is done one at a time: whoever asks meanwhile has it done once more afterwards.
 * `run` never rejects.
 */
export function onceMore(run: () => Promise<void>): () => void {
	let isRunning = false
	let isWanted = false

	async function runWhileWanted(): Promise<void> {
		isRunning = true
		while (isWanted) {
			isWanted = false
			await run()
		}
		isRunning = false
	}

	return () => {
		isWanted = true
		if (!isRunning) void runWhileWanted()
	}
}
