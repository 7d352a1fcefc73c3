import { vi } from 'vitest'

/** Takes what a command prints, until mocks are restored; what it complains of goes nowhere. */
export function takePrinted(): { text: string } {
	const printed = { text: '' }
	vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
		printed.text += String(text)
		return true
	})
	vi.spyOn(process.stderr, 'write').mockReturnValue(true)
	return printed
}
