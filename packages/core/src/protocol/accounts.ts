import { z } from 'zod'
import { overlayDefaults } from './overlay-defaults.ts'

/** 1-25 ASCII letters, digits, `_`, `-`; unique without case. */
const LocalName = z.string().regex(/^[A-Za-z0-9_-]{1,25}$/, 'A name has 1 to 25 letters, digits, _ or -')

const colour = z.string().regex(/^#[0-9A-Fa-f]{6}$/, 'A colour is # and six hexadecimal digits')

const overlayFields = {
	font_size: z.number().min(8).max(72),
	background_color: colour,
	background_opacity: z.number().min(0).max(1),
	text_color: colour,
	text_disabled_color: colour,
	show_border: z.boolean(),
	border_color: colour,
}

/** How the overlay in the game looks; what a player never set has its default. */
export const OverlaySettings = z
	.object({
		font_size: overlayFields.font_size.default(overlayDefaults.font_size),
		background_color: overlayFields.background_color.default(overlayDefaults.background_color),
		background_opacity: overlayFields.background_opacity.default(overlayDefaults.background_opacity),
		text_color: overlayFields.text_color.default(overlayDefaults.text_color),
		text_disabled_color: overlayFields.text_disabled_color.default(overlayDefaults.text_disabled_color),
		show_border: overlayFields.show_border.default(overlayDefaults.show_border),
		border_color: overlayFields.border_color.default(overlayDefaults.border_color),
	})
	.meta({ id: 'OverlaySettings' })
export type OverlaySettings = z.infer<typeof OverlaySettings>

/** The settings to change; the others stay as they are. */
export const OverlayChanges = z.strictObject(overlayFields).partial().meta({ id: 'OverlayChanges' })
export type OverlayChanges = z.infer<typeof OverlayChanges>

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
export type AuthOptions = z.infer<typeof AuthOptions>
export const LocalSignIn = z.object({ name: LocalName }).meta({ id: 'LocalSignIn' })
export const SignedIn = z.object({ user: Me, token: z.string() }).meta({ id: 'SignedIn' })
export type SignedIn = z.infer<typeof SignedIn>

/** A device that is signed in: a browser's cookie, or the token of a local sign-in. */
export const Device = z
	.object({
		id: z.uuid(),
		label: z.string(),
		created_at: z.string(),
		last_used_at: z.string(),
		expires_at: z.string().nullable(),
		/** The one that asks. */
		current: z.boolean(),
	})
	.meta({ id: 'Device' })
export type Device = z.infer<typeof Device>

export const ApiToken = z
	.object({ id: z.uuid(), label: z.string(), created_at: z.string(), last_used_at: z.string() })
	.meta({ id: 'ApiToken' })
export type ApiToken = z.infer<typeof ApiToken>

export const CreateApiToken = z
	.object({
		label: z
			.string()
			.trim()
			.min(1)
			.max(100)
			.regex(/^\P{C}*$/u, 'A label is one line of text'),
	})
	.meta({ id: 'CreateApiToken' })

/** The only answer that ever holds the secret. */
export const CreatedApiToken = z
	.object({ id: z.uuid(), label: z.string(), created_at: z.string(), token: z.string() })
	.meta({ id: 'CreatedApiToken' })
export type CreatedApiToken = z.infer<typeof CreatedApiToken>

/** `confirm` is the user's name, so that nothing is deleted by a slip. */
export const EraseMe = z.object({ confirm: z.string().trim() }).meta({ id: 'EraseMe' })

/** Why a sign-in with Twitch came to nothing: `problem` in the address of the page that it returns to. */
export const SignInProblem = z.enum(['sign_in_denied', 'sign_in_expired', 'twitch_unavailable'])
export type SignInProblem = z.infer<typeof SignInProblem>
