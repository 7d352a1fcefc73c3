import { Refused } from '#refused.ts'

/** A command's life as a process: what its user can mend is one sentence, and nothing but success ends with 0. */
export async function runCommand(
	run: (args: readonly string[]) => Promise<number>,
	isForUser: (error: unknown) => boolean = () => false,
): Promise<void> {
	try {
		process.exitCode = await run(process.argv.slice(2))
	} catch (error) {
		const known = error instanceof Refused || isForUser(error)
		process.stderr.write(`${known ? (error as Error).message : String((error as Error).stack)}\n`)
		process.exitCode = 1
	}
}
