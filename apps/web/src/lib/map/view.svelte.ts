import { prefersReducedMotion } from 'svelte/motion'
import * as camera from './camera.ts'
import type { Camera, Size } from './camera.ts'
import type { Point } from './route.ts'

/** How much larger one press of a key or button shows the drawing. */
export const zoomStep = 1.4

const glideMs = 420
/** px that a press may move and still be a press. */
const still = 5
/** What is left of a flick's speed after a millisecond. */
const friction = 0.996
const settledMs = 140

/**
 * Moves a drawing in its frame, by hand, wheel and keys, or on its own. While it moves nothing changes but one
 * transform; when it rests the drawing is painted at its new size.
 */
export class View {
	/** The scale that it rests at. */
	rest = $state(1)
	/** Whether it is known how large the frame is. */
	isSized = $state(false)
	readonly #frame: HTMLElement
	readonly #plane: SVGSVGElement
	/** Scales: nearest and furthest. */
	#range: [number, number] = [0.1, 3]
	#size: Size = { width: 0, height: 0 }
	#drawing: Size = { width: 1, height: 1 }
	#camera: Camera = { x: 0, y: 0, k: 1 }
	/** Where it is gliding to. */
	#goal: Camera | undefined
	#painted = 0
	#timer: ReturnType<typeof setTimeout> | undefined
	#motion = 0
	#pointers = new Map<number, Point>()
	#speed: Point = { x: 0, y: 0 }
	#movedAt = 0
	#dragged = false
	readonly #onHand: () => void

	constructor(frame: HTMLElement, plane: SVGSVGElement, onHand: () => void) {
		this.#frame = frame
		this.#plane = plane
		this.#onHand = onHand
		const signal = this.#ended.signal
		frame.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false })
		frame.addEventListener('pointerdown', (event) => this.#press(event), { signal })
		frame.addEventListener('pointermove', (event) => this.#drag(event), { signal })
		for (const name of ['pointerup', 'pointercancel'] as const)
			frame.addEventListener(name, (event) => this.#release(event), { signal })
		// A drag that ends on a station does not choose it.
		frame.addEventListener('click', (event) => this.#dragged && event.stopPropagation(), {
			signal,
			capture: true,
		})
	}
	readonly #ended = new AbortController()

	/** How large the frame and the drawing are, and the scales between which it may be seen. */
	resize(frame: Size, drawing: Size, range: [number, number]): void {
		this.#size = frame
		this.isSized = true
		this.#drawing = drawing
		this.#range = range
		this.#painted = 0
		this.#show(this.#camera)
		this.#paint()
	}

	/** All of it in view, at a scale of `most` at most. */
	showAll(most: number, glides = true): void {
		this.#go(camera.fit(this.#size, this.#drawing, most), glides)
	}

	/** A place of it at a scale, at a share of the frame's width. */
	show(place: Point, share: number, k: number, glides = true): void {
		const { width, height } = this.#size
		const goal = camera.aim(place, { x: width * share, y: height / 2 }, k)
		this.#go(camera.settle(goal, this.#size, this.#drawing), glides)
	}

	/** Moves along as far as it takes to see a place with some room around it. */
	follow(place: Point, share: number): void {
		this.show(place, share, (this.#goal ?? this.#camera).k)
	}

	/** Once it rests. */
	isInSight({ x, y }: Point): boolean {
		const rest = this.#goal ?? this.#camera
		const [left, top] = [rest.x + x * rest.k, rest.y + y * rest.k]
		const { width, height } = this.#size
		return left > 60 && left < width - 60 && top > 30 && top < height - 30
	}

	zoom(factor: number): void {
		const { width, height } = this.#size
		const goal = camera.zoom(this.#camera, factor, { x: width / 2, y: height / 2 }, this.#range)
		this.#go(camera.settle(goal, this.#size, this.#drawing), true)
	}

	close(): void {
		this.#ended.abort()
		clearTimeout(this.#timer)
		cancelAnimationFrame(this.#motion)
	}

	#wheel(event: WheelEvent) {
		const pinches = event.ctrlKey || event.metaKey
		const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX
		if (!pinches && Math.abs(sideways) <= Math.abs(event.shiftKey ? 0 : event.deltaY)) return
		event.preventDefault()
		this.#stop()
		this.#onHand()
		const { left, top } = this.#frame.getBoundingClientRect()
		const on = { x: event.clientX - left, y: event.clientY - top }
		const factor = Math.exp(-Math.max(-40, Math.min(40, event.deltaY)) * 0.008)
		this.#show(
			pinches
				? camera.zoom(this.#camera, factor, on, this.#range)
				: { ...this.#camera, x: this.#camera.x - sideways },
		)
		this.#paintSoon()
	}

	#press(event: PointerEvent) {
		if (event.pointerType === 'mouse' && event.button !== 0) return
		this.#stop()
		this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY })
		this.#dragged = false
		this.#speed = { x: 0, y: 0 }
		this.#movedAt = event.timeStamp
	}

	#drag(event: PointerEvent) {
		const before = this.#pointers.get(event.pointerId)
		if (!before) return
		const now = { x: event.clientX, y: event.clientY }
		const move = { x: now.x - before.x, y: now.y - before.y }
		if (!this.#dragged && this.#pointers.size === 1 && Math.hypot(move.x, move.y) < still) return
		if (!this.#dragged) {
			this.#dragged = true
			this.#onHand()
			this.#frame.setPointerCapture(event.pointerId)
		}
		const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1]
		this.#pointers.set(event.pointerId, now)
		if (other) this.#pinch(before, now, other)
		else {
			const passedMs = Math.max(1, event.timeStamp - this.#movedAt)
			this.#speed = { x: move.x / passedMs, y: move.y / passedMs }
			this.#movedAt = event.timeStamp
			this.#show({ ...this.#camera, x: this.#camera.x + move.x, y: this.#camera.y + move.y })
		}
	}

	#pinch(before: Point, now: Point, other: Point) {
		const { left, top } = this.#frame.getBoundingClientRect()
		const middle = { x: (now.x + other.x) / 2 - left, y: (now.y + other.y) / 2 - top }
		const spread = (at: Point) => Math.max(20, Math.hypot(at.x - other.x, at.y - other.y))
		const moved = {
			...this.#camera,
			x: this.#camera.x + (now.x - before.x) / 2,
			y: this.#camera.y + (now.y - before.y) / 2,
		}
		this.#show(camera.zoom(moved, spread(now) / spread(before), middle, this.#range))
	}

	#release(event: PointerEvent) {
		if (!this.#pointers.delete(event.pointerId) || this.#pointers.size > 0 || !this.#dragged) return
		const lately = event.timeStamp - this.#movedAt < 60
		if (event.type === 'pointerup' && lately && !prefersReducedMotion.current) this.#roll()
		else this.#paintSoon()
	}

	/** After a flick it rolls on for a while. */
	#roll() {
		let last = performance.now()
		const roll = (now: number) => {
			const passedMs = Math.min(64, now - last)
			last = now
			const { x, y } = this.#speed
			this.#show({ ...this.#camera, x: this.#camera.x + x * passedMs, y: this.#camera.y + y * passedMs })
			const slower = friction ** passedMs
			this.#speed = { x: x * slower, y: y * slower }
			if (Math.hypot(x, y) > 0.02) this.#motion = requestAnimationFrame(roll)
			else this.#paint()
		}
		this.#motion = requestAnimationFrame(roll)
	}

	#go(goal: Camera, glides: boolean) {
		this.#stop()
		if (!glides || prefersReducedMotion.current) {
			this.#show(goal)
			this.#paint()
			return
		}
		this.#goal = goal
		const start = { ...this.#camera }
		const began = performance.now()
		const glide = (now: number) => {
			const share = Math.min(1, Math.max(0, (now - began) / glideMs))
			this.#show(camera.between(start, goal, 1 - (1 - share) ** 3))
			if (share < 1) {
				this.#motion = requestAnimationFrame(glide)
			} else {
				this.#goal = undefined
				this.#paint()
			}
		}
		this.#motion = requestAnimationFrame(glide)
	}

	#stop() {
		this.#goal = undefined
		cancelAnimationFrame(this.#motion)
		clearTimeout(this.#timer)
	}

	#show(next: Camera) {
		this.#camera = camera.settle(next, this.#size, this.#drawing)
		const { x, y, k } = this.#camera
		const scale = this.#painted === 0 ? 1 : k / this.#painted
		this.#plane.style.transform = `translate(${x}px, ${y}px) scale(${scale})`
	}

	#paintSoon() {
		clearTimeout(this.#timer)
		this.#timer = setTimeout(() => this.#paint(), settledMs)
	}

	#paint() {
		const { k } = this.#camera
		this.rest = k
		if (k === this.#painted) return
		this.#painted = k
		this.#plane.style.width = `${this.#drawing.width * k}px`
		this.#plane.style.height = `${this.#drawing.height * k}px`
		// Where it is higher than its frame a finger moves it in both directions, else the page as well.
		this.#frame.style.touchAction = this.#drawing.height * k > this.#size.height + 1 ? 'none' : 'pan-y'
		this.#show(this.#camera)
	}
}
