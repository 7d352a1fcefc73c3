import { randomBytes } from 'node:crypto'
import { hashShareToken } from './access.ts'
import type { TrainingDeps } from './training.ts'

const TOKEN_BYTES = 16

/** Whoever has this address may watch the run; one made before leads nowhere from now on. */
export async function share(deps: TrainingDeps, sessionId: string): Promise<string> {
	const token = randomBytes(TOKEN_BYTES).toString('base64url')
	await replace(deps, sessionId, hashShareToken(token))
	// What stands behind the # is never sent to a server: it is in no log and no Referer.
	return `${deps.config.publicUrl}/watch/${sessionId}#${token}`
}

export async function endShare(deps: TrainingDeps, sessionId: string): Promise<void> {
	await replace(deps, sessionId, null)
}

async function replace({ db, live }: TrainingDeps, sessionId: string, hash: Buffer | null): Promise<void> {
	const before = await db.kysely.transaction().execute(async (transaction) => {
		const row = await transaction
			.selectFrom('training_sessions')
			.select('share_hash')
			.where('id', '=', sessionId)
			.forNoKeyUpdate()
			.executeTakeFirst()
		await transaction
			.updateTable('training_sessions')
			.set({ share_hash: hash })
			.where('id', '=', sessionId)
			.execute()
		return row?.share_hash
	})
	if (before) live.endToken(before)
}
