import type { AuthOptions, Me, SignedIn } from '@speedfog/core/protocol/accounts'
import type { Pools } from '@speedfog/core/protocol/pools'
import type { Problem } from '@speedfog/core/protocol/problem'
import { ApiProblem, request } from './request.ts'

type Account =
	| { is: 'unknown' }
	/** This browser was signed in when it was here last; the server has not said so yet. */
	| { is: 'presumed' }
	| { is: 'in'; me: Me }
	| { is: 'out' }
	| { is: 'unreachable'; problem: Problem }

const memory = 'speedfog:signed-in'

let account = $state.raw<Account>({ is: 'unknown' })
let options = $state.raw<AuthOptions>()

export const current = () => account

/** Which ways to sign in there are; undefined until known. */
export const ways = () => options

/** Asks the server who this is. Called when the pages start. */
export async function recognise(): Promise<void> {
	const known = remembered()
	account = { is: known ? 'presumed' : 'unknown' }
	try {
		await Promise.all([known ? ask() : find(), loadOptions()])
	} catch (error) {
		if (!(error instanceof ApiProblem)) throw error
		if (error.problem.status === 401) signedOut()
		else if (!known) account = { is: 'unreachable', problem: error.problem }
	}
}

export async function signInLocally(name: string): Promise<void> {
	const { user } = await request<SignedIn>('POST', '/auth/local', { body: { name } })
	signedInAs(user)
}

export async function signOut(): Promise<void> {
	await request('POST', '/auth/logout')
	signedOut()
}

export function signedOut(): void {
	remember(false)
	account = { is: 'out' }
}

/** What people call this user: the display name, where there is one. */
export const nameOf = (user: { twitch_username: string; twitch_display_name: string | null }) =>
	user.twitch_display_name ?? user.twitch_username

/** Signed in, or something about this user changed. */
export function signedInAs(me: Me): void {
	remember(true)
	account = { is: 'in', me }
}

/**
 * Whether a visitor unknown to this browser has a session all the same. `/auth/me` would tell by a 401, which
 * every first visit would show as an error in the console; the pools tell by a number, if there are any.
 */
async function find(): Promise<void> {
	const pools = Object.values(await request<Pools>('GET', '/pools?type=training'))
	const hasSession = pools.some((pool) => pool.played_by_user !== null)
	if (pools.length > 0 && !hasSession) return signedOut()
	if (hasSession) account = { is: 'presumed' }
	await ask()
}

async function ask(): Promise<void> {
	signedInAs(await request<Me>('GET', '/auth/me'))
}

async function loadOptions(): Promise<void> {
	options = await request<AuthOptions>('GET', '/auth/options')
}

function remembered(): boolean {
	try {
		return localStorage.getItem(memory) !== null
	} catch {
		return false
	}
}

function remember(signedIn: boolean): void {
	try {
		if (signedIn) localStorage.setItem(memory, 'yes')
		else localStorage.removeItem(memory)
	} catch {
		// Storage may be blocked: then the server is asked the long way each time.
	}
}
