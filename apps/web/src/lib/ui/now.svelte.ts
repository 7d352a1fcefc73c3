import { createSubscriber } from 'svelte/reactivity'

const everyMs = 20_000

const subscribe = createSubscriber((update) => {
	const timer = setInterval(update, everyMs)
	return () => clearInterval(timer)
})

/** The present, for words like "2 minutes ago": whoever reads it in an effect or template is kept up to date. */
export function now(): Date {
	subscribe()
	return new Date()
}
