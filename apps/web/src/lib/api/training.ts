import type { CompanionDownloads } from '@speedfog/core/protocol/companion'
import type { Pools } from '@speedfog/core/protocol/pools'
import type { Session, SessionDetail, Shared } from '@speedfog/core/protocol/training'
import { request, requestPage } from './request.ts'

export const pools = () => request<Pools>('GET', '/pools?type=training')

/** Newest first; `next` of one page is the path of the following one. */
export const list = (path = '/training?limit=100') => requestPage<Session>(path)

export const start = (poolName: string) =>
	request<SessionDetail>('POST', '/training', { body: { pool_name: poolName } })

/** Without the graph: that comes with the first frame of the live connection. */
export const find = (id: string) => request<SessionDetail>('GET', `${pathOf(id)}?graph=false`)

export const abandon = (id: string) => request<SessionDetail>('POST', `${pathOf(id)}/abandon`)

export const simulate = (id: string) => request<unknown>('POST', `${pathOf(id)}/simulate`, { body: {} })

/** Makes the link to watch the run; one made before leads nowhere from then on. */
export const share = (id: string) => request<Shared>('PUT', `${pathOf(id)}/share`)

export const endShare = (id: string) => request('DELETE', `${pathOf(id)}/share`)

/** The program that reports a run from beside the game; no downloads where it was not built. */
export const companion = () => request<CompanionDownloads>('GET', '/companion')

export const packUrl = (id: string) => `/api${pathOf(id)}/pack`

const pathOf = (id: string) => `/training/${encodeURIComponent(id)}`
