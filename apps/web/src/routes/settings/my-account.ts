import type { ApiToken, CreatedApiToken, Device, Me, OverlayChanges } from '@speedfog/core/protocol/accounts'
import { request } from '$lib/api/request.ts'

export const changeOverlay = (changes: OverlayChanges) =>
	request<Me>('PATCH', '/users/me/settings', { body: changes })

export const devices = () => request<Device[]>('GET', '/auth/sessions')

export const signOutDevice = (id: string) => request('DELETE', `/auth/sessions/${id}`)

export const tokens = () => request<ApiToken[]>('GET', '/auth/tokens')

/** The answer is the only one that ever holds the secret. */
export const makeToken = (label: string) =>
	request<CreatedApiToken>('POST', '/auth/tokens', { body: { label } })

export const revokeToken = (id: string) => request('DELETE', `/auth/tokens/${id}`)

export const exportUrl = '/api/users/me/export'

/** Deletes the account with all that is in it; `name` confirms it. */
export const erase = (name: string) => request('DELETE', '/users/me', { body: { confirm: name } })
