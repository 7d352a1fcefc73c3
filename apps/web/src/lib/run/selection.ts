import { goto } from '$app/navigation'
import { page } from '$app/state'

/** The address holds which node is looked at, so that it can be shared. */
export const selected = (): string | null => page.url.searchParams.get('node')

export function select(nodeId: string | null): void {
	const { pathname, searchParams, hash } = new URL(page.url)
	if (nodeId === null) searchParams.delete('node')
	else searchParams.set('node', nodeId)
	const query = searchParams.size > 0 ? `?${searchParams}` : ''
	void goto(`${pathname}${query}${hash}`, { replaceState: true, noScroll: true, keepFocus: true })
}
