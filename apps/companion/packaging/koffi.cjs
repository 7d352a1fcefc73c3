// @ts-check
const { createHash } = require('node:crypto')
const { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { getAsset } = require('node:sea')

// koffi's native part inside of the packaged companion, in place of the package that holds it elsewhere. Windows loads
// libraries from files only, so it is laid down in the user's own folder for temporary files.
const bytes = Buffer.from(getAsset('koffi.node'))
const name = `koffi-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.node`
process.dlopen(module, layDown(join(tmpdir(), 'speedfog-companion')))

/** What lies there already may be in use, and is loaded only if it is the same, byte by byte. @param {string} folder */
function layDown(folder) {
	mkdirSync(folder, { recursive: true })
	const file = join(folder, name)
	if (isSame(file)) return file
	const fresh = join(folder, `${process.pid}-${name}`)
	writeFileSync(fresh, bytes)
	try {
		renameSync(fresh, file)
	} catch {
		// Another companion may have laid it down in the same instant.
		if (!isSame(file)) return fresh
		rmSync(fresh)
	}
	return file
}

/** @param {string} file */
function isSame(file) {
	try {
		return readFileSync(file).equals(bytes)
	} catch {
		return false
	}
}
