/** How the overlay looks to a player who never set anything. A file of its own: pages need it without the schemas. */
export const overlayDefaults = {
	font_size: 18,
	background_color: '#141414',
	background_opacity: 0.3,
	text_color: '#FFFFFF',
	text_disabled_color: '#808080',
	show_border: false,
	border_color: '#404040',
}
