import { expect, it } from 'vitest'
import { deviceLabel } from './device-label.ts'

it.each([
	[
		'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36',
		'Chrome on Windows',
	],
	[
		'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0',
		'Edge on Windows',
	],
	['Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0', 'Firefox on Linux'],
	[
		'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1',
		'Safari on iOS',
	],
	[
		'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36',
		'Chrome on Android',
	],
	[
		'Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1 Version/18.0 Safari/605.1',
		'Safari on macOS',
	],
	['curl/8.5.0', 'curl'],
	['<script>alert(1)</script>', 'Unknown device'],
	['', 'Unknown device'],
	[undefined, 'Unknown device'],
])('calls %s what people call it', (agent, label) => {
	expect(deviceLabel(agent)).toBe(label)
})
