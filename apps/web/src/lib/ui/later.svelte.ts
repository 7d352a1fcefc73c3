import type { Component } from 'svelte'
import { say } from './said.svelte.ts'

/** A dialog that is fetched when somebody is about to need it: it weighs as much as the rest of a page. */
export class Later<Props extends { open: boolean }> {
	component = $state.raw<Component<Props, object, 'open'>>()
	open = $state(false)
	readonly #fetch: () => Promise<{ default: Component<Props, object, 'open'> }>

	constructor(fetch: () => Promise<{ default: Component<Props, object, 'open'> }>) {
		this.#fetch = fetch
	}

	/** For the button that opens it. */
	get trigger() {
		const prepare = () => void this.#load().catch(() => {})
		return { onpointerenter: prepare, onfocus: prepare, onclick: () => void this.#show() }
	}

	async #show(): Promise<void> {
		try {
			await this.#load()
			this.open = true
		} catch {
			say('The server does not answer. Try again in a moment.', 'bad')
		}
	}

	async #load(): Promise<void> {
		this.component ??= (await this.#fetch()).default
	}
}
