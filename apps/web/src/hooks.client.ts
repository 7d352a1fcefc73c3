import type { ClientInit, HandleClientError } from '@sveltejs/kit'
import * as account from '$lib/api/account.svelte.ts'

/** The server is asked who this is while the page is still being put together. */
export const init: ClientInit = () => {
	void account.recognise()
}

/** A mistyped address is nothing to report; anything else is a mistake of ours and belongs in the console. */
export const handleError: HandleClientError = ({ error, status, message }) => {
	// eslint-disable-next-line no-console -- there is no other log in a browser
	if (status !== 404) console.error(error)
	return { message }
}
