import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
import type { GraphJson } from './graph-json.ts'
import { writeSpoiler } from './spoiler.ts'

/** DOS time has no zone: made of local parts it gives the same bytes everywhere. */
const MADE_AT = new Date(2026, 0, 1, 12, 0, 0)
const MODE = 0o100644

/** The zip of a demo seed, laid out like a real pack but without game content. Same input, same bytes. */
export async function makePack(slug: string, graph: GraphJson): Promise<Buffer> {
	const zip = new ZipFile()
	const options = { mtime: MADE_AT, mode: MODE, compress: true, forceDosTimestamp: true }
	for (const [path, text] of Object.entries(packFiles(slug, graph))) {
		zip.addBuffer(Buffer.from(text), `speedfog_${slug}/${path}`, options)
	}
	zip.end()
	return buffer(zip.outputStream)
}

function packFiles(slug: string, graph: GraphJson): Record<string, string> {
	return {
		'graph.json': `${JSON.stringify(graph, null, 2)}\n`,
		'spoiler.txt': writeSpoiler(slug, graph),
		'README.txt': lines(
			`Demo seed ${slug}`,
			'',
			'Made by SpeedFog Training so that a fresh installation has something to train on.',
			'The route in graph.json is complete and can be tracked, watched and simulated.',
			'It cannot be played in the game: that takes a pack of the SpeedFog generator,',
			'which holds the changed game files that are only named here.',
		),
		'launch_speedfog.bat': lines(
			'@echo off',
			'echo This is a demo seed without game files: there is nothing to launch.',
			'pause',
		).replaceAll('\n', '\r\n'),
		'modengine2/PLACEHOLDER.txt': lines('In a real pack: the mod loader and its configuration.'),
		'mods/fogmod/PLACEHOLDER.txt': lines('In a real pack: the game files with the fog gates rewired.'),
		'mods/itemrando/PLACEHOLDER.txt': lines('In a real pack: the game files with the items shuffled.'),
		'lib/PLACEHOLDER.txt': lines(
			'In a real pack: the libraries the mod loader starts, among them the tracking mod.',
			'Its settings, speedfog_race.toml, are added to this folder with each download.',
		),
	}
}

function lines(...text: string[]): string {
	return text.map((line) => `${line}\n`).join('')
}
