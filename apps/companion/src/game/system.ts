import { openLinux } from './linux-process.ts'
import type { System } from './memory.ts'
import { openWindows } from './windows-process.ts'

/** The system that this program runs on; null where no game can be read. Node for Windows under Wine is Windows. */
export async function openSystem(): Promise<System | null> {
	switch (process.platform) {
		case 'linux':
			return openLinux()
		case 'win32':
			return openWindows()
		default:
			return null
	}
}
