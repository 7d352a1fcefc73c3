import { close as closes } from '@speedfog/core/protocol/close'
import type { Link } from '#live/link.ts'

/** The spectators that presented a token, by its hash: they go when what they came by ends. */
export class SharedLinks {
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
