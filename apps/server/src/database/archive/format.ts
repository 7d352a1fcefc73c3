import { z } from 'zod'

/**
 * A data file, inside gzip: a line of JSON (`Head`), then for each table its rows as PostgreSQL's COPY writes them
 * as text, which every version reads, and a line `\.`; at last a line of JSON with the SHA-256 of all before it.
 */
export const Head = z.object({
	format: z.literal('speedfog-training-data'),
	version: z.literal(1),
	made_at: z.string(),
	release: z.string(),
	/** What the tables were made by. */
	migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
	/** In an order in which they can be filled. */
	tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.int() })),
})
export type Head = z.infer<typeof Head>

export const Tail = z.object({ sha256: z.string() })

/** No row is this line: COPY writes a backslash of its own data as two. */
export const END_OF_TABLE = '\\.'

/** For texts that mean the same whatever the two servers are set to. */
export const SESSION = `
	set datestyle to 'ISO, YMD'; set timezone to 'UTC'; set intervalstyle to 'postgres';
	set bytea_output to 'hex'; set extra_float_digits to 1; set client_encoding to 'UTF8'`

export function quoted(name: string): string {
	return `"${name.replaceAll('"', '""')}"`
}

/** `"table" ("column", …)`, as COPY takes it. */
export function target({ name, columns }: Head['tables'][number]): string {
	return `${quoted(name)} (${columns.map(quoted).join(', ')})`
}
