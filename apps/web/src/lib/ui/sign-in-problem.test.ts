import { SignInProblem } from '@speedfog/core/protocol/accounts'
import { expect, it } from 'vitest'
import { explain } from './sign-in-problem.ts'

it('has words of its own for every reason why a sign-in came to nothing', () => {
	const titles = SignInProblem.options.map((code) => explain(code)?.title)
	expect(new Set(titles).size).toBe(SignInProblem.options.length)
	expect(titles).not.toContain(undefined)
})

it('says nothing without a reason, and asks to try again for one that it does not know', () => {
	expect(explain(null)).toBeUndefined()
	expect(explain('toString')?.text).toMatch(/try again/)
})
