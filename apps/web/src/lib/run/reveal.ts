/** Whether a player asked to see the full map of a run that still goes on; kept in this browser. */
export function recall(sessionId: string): boolean | null {
	try {
		const kept = localStorage.getItem(key(sessionId))
		return kept === null ? null : kept === 'yes'
	} catch {
		return null
	}
}

export function remember(sessionId: string, revealed: boolean): void {
	try {
		if (revealed) localStorage.setItem(key(sessionId), 'yes')
		else localStorage.removeItem(key(sessionId))
	} catch {
		// Blocked storage: the choice lasts as long as the page.
	}
}

const key = (sessionId: string) => `speedfog:revealed:${sessionId}`
