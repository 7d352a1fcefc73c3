/** PostgreSQL's code for what went wrong (SQLSTATE, five characters); '' for an error that is not its own. */
export function sqlStateOf(error: unknown): string {
	const { code } = error as { code?: unknown }
	return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : ''
}
