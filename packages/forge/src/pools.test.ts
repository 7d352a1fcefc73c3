import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { demoPools, readPool, templates } from './pools.ts'

it('tells the pools apart in everything a player chooses by', () => {
	const pools = Object.values(demoPools)
	const differ = (of: (pool: (typeof pools)[number]) => unknown) => new Set(pools.map(of)).size
	expect(differ((pool) => pool.display.sort_order)).toBe(3)
	expect(differ((pool) => pool.display.estimated_duration)).toBe(3)
	expect(differ((pool) => pool.display.description)).toBe(3)
	expect(differ((pool) => pool.structure.final_tier)).toBe(3)
	expect(differ((pool) => pool.structure.min_layers)).toBe(3)
	// Shown as Easy, Normal, Hard and Low, Medium, High.
	expect(pools.map((pool) => pool.item_randomizer.difficulty)).toEqual([35, 50, 75])
	expect(pools.map((pool) => pool.structure.major_boss_ratio)).toEqual([0.14, 0.3, 0.36])
})

describe('the templates of the project', () => {
	const names = readdirSync(templates).map((file) => file.replace(/\.toml$/, ''))

	it.each(names.filter((name) => !name.startsWith('_')))('%s has every setting a seed is made by', (name) => {
		expect(readPool(name).display.type).toBe(name.startsWith('training_') ? 'training' : 'race')
	})

	it.each(Object.keys(demoPools))('%s is played by the settings of the race it prepares for', (name) => {
		const { display: _, ...training } = readPool(name)
		const { display: __, ...race } = readPool(name.replace('training_', ''))
		expect(training).toEqual(race)
	})

	it('are told by name where one lacks a setting', () => {
		expect(() => readPool('_base')).toThrow(/^_base: /)
	})
})
