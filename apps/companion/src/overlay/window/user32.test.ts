import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('nothing is asked of Windows for the window that reaches into the game or listens to keys', () => {
	const source = readFileSync(new URL('user32.ts', import.meta.url), 'utf8')
	const functions = [...source.matchAll(/__stdcall (\w+)/g)].map(([, name]) => name)
	expect(functions).toEqual([
		'SetProcessDpiAwarenessContext',
		'GetDpiForSystem',
		'CreateWindowExW',
		'ShowWindow',
		'DestroyWindow',
		'PeekMessageW',
		'DispatchMessageW',
		'GetAsyncKeyState',
		'UpdateLayeredWindow',
		'CreateCompatibleDC',
		'DeleteDC',
		'CreateDIBSection',
		'SelectObject',
		'DeleteObject',
		'CreateFontW',
		'SetBkMode',
		'SetTextColor',
		'TextOutW',
		'GetTextExtentPoint32W',
		'GetDIBits',
		'SetDIBits',
	])
	expect(source.match(/keyState\(\w+\)/g)).toEqual(['keyState(F9)'])
})
