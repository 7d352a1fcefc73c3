import type { StaticName } from './signatures.ts'
import type { Version } from './version.ts'

type Row = { versions: readonly string[] } & Record<StaticName, number>

/**
 * Where the statics of the international edition were found to be. They move with every change of the program, and
 * another version's are plausible garbage: they only show in `--diagnose` whether a scan found the same.
 */
const ROWS: readonly Row[] = [
	row(['1.2.0'], 0x3c481b8, 0x3c526e8, 0x3c50268, 0x3c53470, 0x3c55b30, 0x3c53b88),
	row(['1.2.3'], 0x3c4b218, 0x3c55748, 0x3c532c8, 0x3c564d0, 0x3c58b90, 0x3c56be8),
	row(['1.3.0', '1.3.1', '1.3.2'], 0x3c5cd78, 0x3c672a8, 0x3c64e38, 0x3c68040, 0x3c6a700, 0x3c68758),
	row(['1.4.0', '1.4.1'], 0x3c00028, 0x3c0a538, 0x3c080e8, 0x3c0b2c0, 0x3c0d9d0, 0x3c0ba08),
	row(['1.5.0'], 0x3c17ee8, 0x3c222e8, 0x3c1fe98, 0x3c23070, 0x3c25780, 0x3c237b8),
	row(['1.6.0'], 0x3c29108, 0x3c33508, 0x3c310b8, 0x3c34298, 0x3c369a0, 0x3c349d8),
	row(['1.7.0'], 0x3c43ac8, 0x3c4dec8, 0x3c4ba78, 0x3c4ec50, 0x3c51360, 0x3c4f398),
	row(['1.8.0', '1.8.1'], 0x3cd1948, 0x3cdbdf8, 0x3cd9998, 0x3cdcb80, 0x3cdf140, 0x3cdd2c8),
	row(['1.9.0', '1.9.1', '2.0.0', '2.0.1'], 0x3cd4d88, 0x3cdf238, 0x3cdcdd8, 0x3cdffc0, 0x3ce2580, 0x3ce0708),
	row(['2.2.3', '2.3.0'], 0x3d5df58, 0x3d68468, 0x3d65fa8, 0x3d691f8, 0x3d6b7d0, 0x3d69938),
	row(
		['2.2.0', '2.4.0', '2.5.0', '2.6.0', '2.6.1', '2.6.2'],
		0x3d5df38,
		0x3d68448,
		0x3d65f88,
		0x3d691d8,
		0x3d6b7b0,
		0x3d69918,
	),
	row(['2.7.0', '2.7.1'], 0x3d61f98, 0x3d6c4b8, 0x3d69ff8, 0x3d6d248, 0x3d6f820, 0x3d6d988),
]

export function find(version: Version): Readonly<Record<StaticName, number>> | null {
	const wanted = version.slice(0, 3).join('.')
	return ROWS.find(({ versions }) => versions.includes(wanted)) ?? null
}

function row(
	versions: readonly string[],
	GameDataMan: number,
	EventFlagMan: number,
	WorldChrMan: number,
	FieldArea: number,
	MenuMan: number,
	GameMan: number,
): Row {
	return { versions, GameDataMan, EventFlagMan, WorldChrMan, FieldArea, MenuMan, GameMan }
}
