import { randomBytes } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refused } from './refused.ts'

const FILE = 'secret-key'

/** The key of this data folder, made at the first start. Its text is what SECRET_KEY takes, to move to a database. */
export async function ensure(dataDir: string): Promise<Buffer> {
	const file = join(dataDir, FILE)
	const known = await read(file)
	if (known) return known
	const unfinished = `${file}.${randomBytes(4).toString('hex')}`
	await writeFile(unfinished, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
	// Complete or not there: a killed start leaves no half key, and of two starts only one makes it.
	await link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'EEXIST') throw error
	})
	await rm(unfinished)
	return (await read(file))!
}

async function read(file: string): Promise<Buffer | undefined> {
	const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return undefined
		throw new Refused(`The secret key in ${file} cannot be read (${error.code}).`)
	})
	if (text === undefined) return undefined
	const key = Buffer.from(text.trim())
	if (key.length < 32)
		throw new Refused(
			`The secret key in ${file} is damaged: restore the file, or remove it to have a new one made.`,
		)
	return key
}
