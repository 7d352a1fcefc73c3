import { close as closes } from '@speedfog/core/protocol/close'
import type pg from 'pg'
import type { Link } from '#live/link.ts'

type Come = { hash: Buffer; links: Map<Link, string> }

const over = `
	select by.hash from unnest($1::bytea[], $2::uuid[]) as by (hash, session_id)
	where not exists (select 1 from tokens t where t.hash = by.hash)
		and not exists (select 1 from training_sessions s where s.id = by.session_id and s.share_hash = by.hash)`

/** The spectators that came by a token (of a share, a device, a program), by its hash: they go when it ends. */
export class TokenLinks {
	readonly #come = new Map<string, Come>()

	add(hash: Buffer, link: Link, sessionId: string): void {
		const key = keyOf(hash)
		const come = this.#come.get(key)
		if (come) come.links.set(link, sessionId)
		else this.#come.set(key, { hash, links: new Map([[link, sessionId]]) })
	}

	remove(hash: Buffer, link: Link): void {
		const key = keyOf(hash)
		const links = this.#come.get(key)?.links
		links?.delete(link)
		if (links?.size === 0) this.#come.delete(key)
	}

	close(hash: Buffer): void {
		for (const link of this.#come.get(keyOf(hash))?.links.keys() ?? []) link.close(closes.forbidden)
	}

	/** Closes what came by tokens that ended without a word reaching this server. */
	async closeEnded(pool: pg.Pool): Promise<void> {
		const by = [...this.#come.values()].flatMap(({ hash, links }) =>
			[...new Set(links.values())].map((sessionId) => ({ hash, sessionId })),
		)
		if (by.length === 0) return
		const values = [by.map(({ hash }) => hash), by.map(({ sessionId }) => sessionId)]
		const { rows } = await pool.query<{ hash: Buffer }>(over, values)
		for (const { hash } of rows) this.close(hash)
	}
}

function keyOf(hash: Buffer): string {
	return hash.toString('base64')
}
