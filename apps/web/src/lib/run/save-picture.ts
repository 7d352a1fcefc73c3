import { save } from '$lib/api/download.ts'
import type { Layouts } from '$lib/map/layouts.ts'
import { picture, pictureRows, type PictureOf } from '$lib/map/picture.ts'

/** Dots of the picture to a px: sharp on any screen, and when it is enlarged. */
const density = 2

/** Draws the map in the page's colours of the moment and hands it over as a file. */
export async function savePicture(
	kind: 'svg' | 'png',
	fileName: string,
	layouts: Layouts,
	of: Omit<PictureOf, 'colour' | 'layout'>,
): Promise<void> {
	const { graph, revealed } = of
	const layout = await layouts.lay(graph.nodes, graph.edges, pictureRows(graph, revealed))
	const style = getComputedStyle(document.documentElement)
	const svg = picture({ ...of, layout, colour: (name) => style.getPropertyValue(name).trim() })
	const blob = kind === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await toPng(svg)
	save({ blob, fileName: `${fileName}.${kind}` })
}

async function toPng(svg: string): Promise<Blob> {
	const image = new Image()
	image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
	await image.decode()
	const canvas = document.createElement('canvas')
	canvas.width = image.naturalWidth * density
	canvas.height = image.naturalHeight * density
	canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
	return new Promise((resolve, reject) => {
		canvas.toBlob(
			(blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large'))),
			'image/png',
		)
	})
}
