const BROWSERS: [RegExp, string][] = [
	[/Edg(e|A|iOS)?\//, 'Edge'],
	[/OPR\/|Opera/, 'Opera'],
	[/Firefox\/|FxiOS\//, 'Firefox'],
	[/Chrome\/|CriOS\//, 'Chrome'],
	[/Safari\//, 'Safari'],
]

// A Steam Deck says Linux, an iPad may say Macintosh: nobody can know better.
const SYSTEMS: [RegExp, string][] = [
	[/Android/, 'Android'],
	[/iPhone|iPad/, 'iOS'],
	[/Windows/, 'Windows'],
	[/Mac OS X|Macintosh/, 'macOS'],
	[/CrOS/, 'ChromeOS'],
	[/Linux/, 'Linux'],
]

/** What people call the device they sit at, by its `User-Agent`. */
export function deviceLabel(userAgent: string | undefined): string {
	const text = userAgent?.trim() ?? ''
	const browser = BROWSERS.find(([pattern]) => pattern.test(text))?.[1]
	const system = SYSTEMS.find(([pattern]) => pattern.test(text))?.[1]
	if (browser) return system ? `${browser} on ${system}` : browser
	return /^[\w.-]{1,40}/.exec(text)?.[0] ?? 'Unknown device'
}
