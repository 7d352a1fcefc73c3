import { layoutMap } from './layout.ts'
import type { Wish } from './layouts.ts'

onmessage = ({ data: { nodes, edges, folded } }: MessageEvent<Wish>) => {
	postMessage(layoutMap(nodes, edges, folded))
}
