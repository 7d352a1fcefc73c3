import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

const server = process.env.SPEEDFOG_SERVER ?? 'http://localhost:8000'

export default defineConfig({
	plugins: [sveltekit()],
	server: {
		proxy: {
			// The server checks Origin and Host against its own address, so the proxy must speak in its name.
			'/api': { target: server, changeOrigin: true, headers: { origin: server } },
			'/ws': { target: server, changeOrigin: true, ws: true, headers: { origin: server } },
		},
	},
})
