import type { SignInProblem } from '@speedfog/core/protocol/accounts'

export type SignInTrouble = { title: string; text: string }

/** What a sign-in that came to nothing says; `code` is what the address of the page holds. */
export function explain(code: string | null): SignInTrouble | undefined {
	if (code === null) return undefined
	return Object.hasOwn(troubles, code) ? troubles[code as SignInProblem] : troubles.sign_in_expired
}

const troubles: Record<SignInProblem, SignInTrouble> = {
	sign_in_denied: {
		title: 'You are not signed in',
		text: 'Twitch was told not to let you in here. Nothing was kept. Try again whenever you like.',
	},
	sign_in_expired: {
		title: 'That sign-in took too long',
		text: 'It is good for ten minutes, in the browser that began it. Please try again.',
	},
	twitch_unavailable: {
		title: 'Twitch does not answer',
		text: 'It could not tell who you are. Wait a minute, then try again.',
	},
}
