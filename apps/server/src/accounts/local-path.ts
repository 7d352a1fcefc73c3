import { z } from 'zod'

const MAX_LENGTH = 500

/** A path of our own pages, to return to; an address that leads anywhere else is none. */
export const LocalPath = z.string().max(MAX_LENGTH).refine(isLocalPath, 'It must be a path on this site')

export function isLocalPath(text: string): boolean {
	// Browsers read a backslash as a slash and leave out tabs and line ends: both would hide a second slash.
	if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)) return false
	const { origin, pathname } = new URL(text, 'http://here.invalid')
	return origin === 'http://here.invalid' && !pathname.startsWith('//')
}
