import DataLoader from 'dataloader'

const MOST_AT_ONCE = 200

/**
 * One question for all that is asked in the same turn of the event loop: when thousands come back at once, to send
 * their questions one by one costs more than to answer them. `ask` answers in the order of its keys, of which
 * some may be equal; when it fails, it fails for all of them.
 */
export function together<Key, Answer>(
	ask: (keys: readonly Key[]) => Promise<Answer[]>,
): (key: Key) => Promise<Answer> {
	const loader = new DataLoader<Key, Answer>(ask, {
		cache: false,
		maxBatchSize: MOST_AT_ONCE,
		batchScheduleFn: (askNow) => setImmediate(askNow),
	})
	return (key) => loader.load(key)
}
