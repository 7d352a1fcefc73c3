import { createHash, timingSafeEqual } from 'node:crypto'

/** What decides about a run: whose it is, and the hash of its share token while it is shared. */
export type Guarded = { userId: string; shareHash: Buffer | null }

type Person = { id: string } | null

/** A run is its owner's alone: nobody else acts on it or downloads it, no admin either. */
export function isOwner(run: Pick<Guarded, 'userId'>, person: Person): boolean {
	return person !== null && person.id === run.userId
}

/** Its owner may look at a run, and whoever has its share token. */
export function mayWatch(run: Guarded, person: Person, shareToken: string | null): boolean {
	if (isOwner(run, person)) return true
	if (shareToken === null || run.shareHash === null) return false
	return timingSafeEqual(hashShareToken(shareToken), run.shareHash)
}

/** What the database keeps of a share token. */
export function hashShareToken(token: string): Buffer {
	return createHash('sha256').update(token).digest()
}
