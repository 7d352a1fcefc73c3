import adapter from '@sveltejs/adapter-static'
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte'

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		// What is no file is drawn in the browser alone: the server answers with 200.html, or with the page `_` of its
		// folder, which stands for all addresses there.
		adapter: adapter({ fallback: '200.html', precompress: true }),
		paths: { relative: false },
		// All of it: a page that brings its styles along is painted without asking for anything else.
		inlineStyleThreshold: 100_000,
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['self'],
				'script-src': ['self'],
				// The hash is that of the style attribute of SvelteKit's own route announcer.
				'style-src': ['self', 'unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
				'img-src': ['self', 'data:', 'https://static-cdn.jtvnw.net'],
				// Which sockets, the server's own header says; older Safari does not count them as 'self'.
				'connect-src': ['self', 'ws:', 'wss:'],
				'object-src': ['none'],
				'base-uri': ['none'],
				'form-action': ['self'],
			},
		},
	},
}
