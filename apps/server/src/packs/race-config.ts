import type { OverlaySettings } from '@speedfog/core/protocol/accounts'
import { stringify } from 'smol-toml'

export type RaceConfig = {
	publicUrl: string
	sessionId: string
	seedId: string
	modToken: string
	overlay: OverlaySettings
}

/** The text of `lib/speedfog_race.toml`, by which the mod finds this server and this run. */
export function raceConfig({ publicUrl, sessionId, seedId, modToken, overlay }: RaceConfig): string {
	const config = {
		server: {
			url: webSocketUrl(publicUrl),
			mod_token: modToken,
			race_id: sessionId,
			seed_id: seedId,
			training: true,
		},
		overlay: {
			enabled: true,
			font_path: '',
			font_size: overlay.font_size,
			background_color: overlay.background_color,
			background_opacity: overlay.background_opacity,
			text_color: overlay.text_color,
			text_disabled_color: overlay.text_disabled_color,
			show_border: overlay.show_border,
			border_color: overlay.border_color,
		},
		keybindings: { toggle_ui: 'f9' },
	}
	// The mod declares its numbers as floats: 18 is written 18.0.
	return stringify(config, { numbersAsFloat: true })
}

function webSocketUrl(publicUrl: string): string {
	return publicUrl.replace(/^http/, 'ws').replace(/\/+$/, '')
}
