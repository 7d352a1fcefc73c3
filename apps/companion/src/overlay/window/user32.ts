import type { OverlaySettings } from '@speedfog/core/protocol/accounts'
import { shorten, type Line } from './lines.ts'
import { coloursOf, layOut, putGround, type Colour } from './picture.ts'

/** A window above all others that is only looked at: clicks go through it to the game. */
export type Layer = {
	draw(lines: readonly Line[]): void
	setShown(isShown: boolean): void
	/** Gives Windows its turn. True where the key that hides and shows it was pressed since the last time. */
	attend(): boolean
	close(): void
}

export const TITLE = 'SpeedFog Training'

const TOPMOST = 0x8
const CLICK_THROUGH = 0x20
/** No button in the task bar. */
const TOOL = 0x80
const LAYERED = 0x8_0000
const NEVER_ACTIVE = 0x800_0000
const POPUP = 0x8000_0000
const HIDE = 0
const SHOW_WITHOUT_FOCUS = 4
const REMOVE = 1
const F9 = 0x78
const BY_OPACITY = 2
/** Each pixel has its own. */
const BLEND = Buffer.from([0, 0, 255, 1])
const PER_MONITOR = -4
const USUAL_DPI = 96
const MARGIN_PX = 20
const TRANSPARENT_BEHIND_TEXT = 1
const SMOOTH = 4
const NORMAL = 400
const BOLD = 700

type Handle = number | bigint

/** Null where no window can be made. */
export async function openLayer(settings: OverlaySettings): Promise<Layer | null> {
	const api = await load()
	api.setDpiAwareness(PER_MONITOR)
	const styles = TOPMOST | CLICK_THROUGH | TOOL | LAYERED | NEVER_ACTIVE
	// The class of plain texts, whose windows do nothing of their own accord.
	const window = api.createWindow(styles, 'Static', TITLE, POPUP, 0, 0, 1, 1, 0, 0, 0, 0)
	if (BigInt(window) === 0n) return null
	const size = (settings.font_size * api.dpi()) / USUAL_DPI
	const colours = coloursOf(settings)
	const fonts = new Map<string, Handle>()

	function fontOf(px: number, isBold: boolean): Handle {
		const key = `${px} ${isBold}`
		const known = fonts.get(key)
		if (known !== undefined) return known
		const made = api.createFont(-px, 0, 0, 0, isBold ? BOLD : NORMAL, 0, 0, 0, 1, 0, 0, SMOOTH, 0, 'Segoe UI')
		fonts.set(key, made)
		return made
	}

	function widthOf(canvas: Handle, text: string): number {
		const extent = Buffer.alloc(8)
		api.measure(canvas, text, text.length, extent)
		return extent.readInt32LE(0)
	}

	function write(canvas: Handle, lines: readonly Line[]) {
		for (const { line, x, y, right, size: px } of layOut(lines, size).rows) {
			api.selectObject(canvas, fontOf(px, line.isBold ?? false))
			api.setTextColour(canvas, toReference(colours[line.tone]))
			const text = shorten(line.text, (some) => widthOf(canvas, some) <= right - x)
			api.textOut(canvas, x, y, text, text.length)
			if (!line.right) continue
			const smaller = Math.min(px, Math.round(size))
			api.selectObject(canvas, fontOf(smaller, false))
			const below = Math.round((px - smaller) * 1.1)
			api.setTextColour(canvas, toReference(colours[line.scale > 1 ? 'gold' : line.tone]))
			api.textOut(canvas, right - widthOf(canvas, line.right), y + below, line.right, line.right.length)
		}
	}

	return {
		draw(lines) {
			const { width, height } = layOut(lines, size)
			const info = bitmapInfo(width, height)
			const canvas = api.createCanvas(0)
			const bitmap = api.createBitmap(canvas, info, 0, Buffer.alloc(8), 0, 0)
			const before = api.selectObject(canvas, bitmap)
			api.setBackgroundMode(canvas, TRANSPARENT_BEHIND_TEXT)
			write(canvas, lines)
			// A bitmap is only read and changed while no canvas has it.
			api.selectObject(canvas, before)
			const pixels = Buffer.alloc(width * height * 4)
			api.getPixels(canvas, bitmap, 0, height, pixels, info, 0)
			putGround(pixels, width, colours.ground, settings.background_opacity, colours.gold)
			api.setPixels(canvas, bitmap, 0, height, pixels, info, 0)
			api.selectObject(canvas, bitmap)
			const place = pair(MARGIN_PX, MARGIN_PX)
			api.update(window, 0, place, pair(width, height), canvas, pair(0, 0), 0, BLEND, BY_OPACITY)
			api.selectObject(canvas, before)
			api.deleteObject(bitmap)
			api.deleteCanvas(canvas)
		},
		setShown: (isShown) => void api.showWindow(window, isShown ? SHOW_WITHOUT_FOCUS : HIDE),
		attend() {
			const message = Buffer.alloc(48)
			while (api.peekMessage(message, 0, 0, 0, REMOVE)) api.dispatch(message)
			return (api.keyState(F9) & 1) !== 0
		},
		close() {
			for (const font of fonts.values()) api.deleteObject(font)
			api.destroyWindow(window)
		},
	}
}

async function load() {
	const { default: koffi } = await import('koffi')
	const user32 = koffi.load('user32.dll')
	const gdi32 = koffi.load('gdi32.dll')
	const declare =
		(library: typeof user32) =>
		<Arguments extends unknown[], Result>(definition: string) =>
			library.func(definition) as unknown as (...args: Arguments) => Result
	const user = declare(user32)
	const gdi = declare(gdi32)
	type N = number
	type H = Handle
	type B = Buffer
	return {
		setDpiAwareness: user<[N], boolean>('bool __stdcall SetProcessDpiAwarenessContext(intptr_t how)'),
		dpi: user<[], N>('uint32_t __stdcall GetDpiForSystem()'),
		createWindow: user<[N, string, string, N, N, N, N, N, H, H, H, H], H>(
			'uintptr_t __stdcall CreateWindowExW(uint32_t styles, str16 class, str16 title, uint32_t style, int x, int y, ' +
				'int width, int height, uintptr_t parent, uintptr_t menu, uintptr_t instance, uintptr_t more)',
		),
		showWindow: user<[H, N], boolean>('bool __stdcall ShowWindow(uintptr_t window, int how)'),
		destroyWindow: user<[H], boolean>('bool __stdcall DestroyWindow(uintptr_t window)'),
		peekMessage: user<[B, H, N, N, N], boolean>(
			'bool __stdcall PeekMessageW(void *message, uintptr_t window, uint32_t first, uint32_t last, uint32_t how)',
		),
		dispatch: user<[B], H>('intptr_t __stdcall DispatchMessageW(void *message)'),
		keyState: user<[N], N>('int16_t __stdcall GetAsyncKeyState(int key)'),
		update: user<[H, H, B, B, H, B, N, B, N], boolean>(
			'bool __stdcall UpdateLayeredWindow(uintptr_t window, uintptr_t screen, void *place, void *size, ' +
				'uintptr_t canvas, void *from, uint32_t key, void *blend, uint32_t how)',
		),
		createCanvas: gdi<[H], H>('uintptr_t __stdcall CreateCompatibleDC(uintptr_t like)'),
		deleteCanvas: gdi<[H], boolean>('bool __stdcall DeleteDC(uintptr_t canvas)'),
		createBitmap: gdi<[H, B, N, B, H, N], H>(
			'uintptr_t __stdcall CreateDIBSection(uintptr_t canvas, void *info, uint32_t use, void *bits, uintptr_t section, ' +
				'uint32_t offset)',
		),
		selectObject: gdi<[H, H], H>('uintptr_t __stdcall SelectObject(uintptr_t canvas, uintptr_t object)'),
		deleteObject: gdi<[H], boolean>('bool __stdcall DeleteObject(uintptr_t object)'),
		createFont: gdi<[N, N, N, N, N, N, N, N, N, N, N, N, N, string], H>(
			'uintptr_t __stdcall CreateFontW(int height, int width, int slant, int turn, int weight, uint32_t italic, ' +
				'uint32_t under, uint32_t struck, uint32_t charset, uint32_t out, uint32_t clip, uint32_t quality, ' +
				'uint32_t pitch, str16 face)',
		),
		setBackgroundMode: gdi<[H, N], N>('int __stdcall SetBkMode(uintptr_t canvas, int mode)'),
		setTextColour: gdi<[H, N], N>('uint32_t __stdcall SetTextColor(uintptr_t canvas, uint32_t colour)'),
		textOut: gdi<[H, N, N, string, N], boolean>(
			'bool __stdcall TextOutW(uintptr_t canvas, int x, int y, str16 text, int length)',
		),
		measure: gdi<[H, string, N, B], boolean>(
			'bool __stdcall GetTextExtentPoint32W(uintptr_t canvas, str16 text, int length, void *size)',
		),
		getPixels: gdi<[H, H, N, N, B, B, N], N>(
			'int __stdcall GetDIBits(uintptr_t canvas, uintptr_t bitmap, uint32_t first, uint32_t lines, void *bits, ' +
				'void *info, uint32_t use)',
		),
		setPixels: gdi<[H, H, N, N, B, B, N], N>(
			'int __stdcall SetDIBits(uintptr_t canvas, uintptr_t bitmap, uint32_t first, uint32_t lines, void *bits, ' +
				'void *info, uint32_t use)',
		),
	}
}

/** BITMAPINFOHEADER: 32 bits a pixel, the first row on top. */
function bitmapInfo(width: number, height: number): Buffer {
	const info = Buffer.alloc(44)
	info.writeUInt32LE(40, 0)
	info.writeInt32LE(width, 4)
	info.writeInt32LE(-height, 8)
	info.writeUInt16LE(1, 12)
	info.writeUInt16LE(32, 14)
	return info
}

function pair(a: number, b: number): Buffer {
	const both = Buffer.alloc(8)
	both.writeInt32LE(a, 0)
	both.writeInt32LE(b, 4)
	return both
}

/** Windows counts colours from blue down to red. */
function toReference([red, green, blue]: Colour): number {
	return (blue << 16) | (green << 8) | red
}
