import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

const server = process.env.SPEEDFOG_SERVER ?? 'http://localhost:8000'

export default defineConfig(({ isSsrBuild }) => ({
	plugins: [sveltekit()],
	build: { rollupOptions: { output: isSsrBuild ? {} : { manualChunks: chunkOf } } },
	server: {
		proxy: {
			// The server checks Origin and Host against its own address, so the proxy must speak in its name.
			'/api': { target: server, changeOrigin: true, headers: { origin: server } },
			'/ws': { target: server, changeOrigin: true, ws: true, headers: { origin: server } },
		},
	},
}))

/** What every page needs is one file, instead of some forty small ones that each cost a request. */
function chunkOf(id: string): string | undefined {
	if (/\/src\/lib\/ui\/(Dialog|Slider|Switch|ColorField|CopyField)\./.test(id)) return undefined
	const isOfEveryPage =
		/\/node_modules\/(svelte|@sveltejs|esm-env|clsx|devalue|@lucide)\//.test(id) ||
		/\/src\/lib\/(ui|api)\//.test(id) ||
		/\/core\/src\/time\//.test(id)
	return isOfEveryPage ? 'base' : undefined
}
