import { close as closes } from '@speedfog/core/protocol/close'
import type { Link } from '#live/link.ts'

/** The spectators that came by a token (of a share, a device, a program), by its hash: they go when it ends. */
export class TokenLinks {
	readonly #links = new Map<string, Set<Link>>()

	add(hash: Buffer, link: Link): void {
		const key = hash.toString('base64')
		const links = this.#links.get(key)
		if (links) links.add(link)
		else this.#links.set(key, new Set([link]))
	}

	remove(hash: Buffer, link: Link): void {
		const key = hash.toString('base64')
		const links = this.#links.get(key)
		links?.delete(link)
		if (links?.size === 0) this.#links.delete(key)
	}

	close(hash: Buffer): void {
		for (const link of this.#links.get(hash.toString('base64')) ?? []) link.close(closes.forbidden)
	}
}
