import { z } from 'zod'

/** 1-25 ASCII letters, digits, `_`, `-`; unique without case. */
export const LocalName = z
	.string()
	.regex(/^[A-Za-z0-9_-]{1,25}$/, 'A name has 1 to 25 letters, digits, _ or -')

export const OverlaySettings = z
	.object({ font_size: z.number().min(8).max(72).default(18) })
	.meta({ id: 'OverlaySettings' })
export type OverlaySettings = z.infer<typeof OverlaySettings>

export const User = z
	.object({
		id: z.uuid(),
		twitch_username: z.string(),
		twitch_display_name: z.string().nullable(),
		twitch_avatar_url: z.string().nullable(),
	})
	.meta({ id: 'User' })
export type User = z.infer<typeof User>

export const Me = User.extend({
	is_admin: z.boolean(),
	created_at: z.string(),
	overlay_settings: OverlaySettings,
}).meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

export const AuthOptions = z.object({ twitch: z.boolean(), local: z.boolean() }).meta({ id: 'AuthOptions' })
export const LocalSignIn = z.object({ name: LocalName }).meta({ id: 'LocalSignIn' })
export const SignedIn = z.object({ user: Me, token: z.string() }).meta({ id: 'SignedIn' })
export type SignedIn = z.infer<typeof SignedIn>
