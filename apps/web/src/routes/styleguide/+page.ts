import { error } from '@sveltejs/kit'
import { dev } from '$app/environment'

/** Only while developing: the built pages hold nothing of it. */
export async function load() {
	if (dev) return { Guide: (await import('./Guide.svelte')).default }
	error(404)
}
