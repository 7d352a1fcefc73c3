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

/** What every page needs is one file, and what pages of a run need is another: each file costs a request. */
function chunkOf(id: string): string | undefined {
	if (fetchedLater.test(id)) return undefined
	if (ofEveryPage.some((each) => each.test(id))) return 'base'
	return /\/src\/lib\/(run|map|live)\//.test(id) ? 'run' : undefined
}

const fetchedLater =
	/\/src\/lib\/(ui\/(Dialog|Slider|Switch|ColorField|CopyField)|.*picture|map\/(layout|tracks|lanes|order)\b)/

const ofEveryPage = [
	/\/node_modules\/(svelte|@sveltejs|esm-env|clsx|devalue|@lucide)\//,
	/vite\/preload-helper/,
	/\/src\/lib\/(ui|api)\//,
	/\/src\/lib\/(run\/(RunSkeleton|StatusBadge)|map\/shapes)/,
	/\/core\/src\/time\//,
]
