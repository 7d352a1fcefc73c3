import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'

const SVELTE = ['**/*.svelte', '**/*.svelte.ts']
const parserOptions = {
	projectService: { allowDefaultProject: ['apps/web/svelte.config.js'] },
	tsconfigRootDir: import.meta.dirname,
	extraFileExtensions: ['.svelte'],
}

// Only what types, Prettier, svelte-check and dependency-cruiser cannot say.
export default [
	{ ignores: ['**/dist/', '**/build/', '**/.svelte-kit/', '**/data/', 'shots/', '**/.cache/', '**/*.cjs'] },
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },
	...svelte.configs.recommended,
	{
		files: ['**/*.{ts,js,mjs}'],
		ignores: SVELTE,
		languageOptions: { parser: ts.parser, parserOptions },
	},
	{ files: SVELTE, languageOptions: { parserOptions: { ...parserOptions, parser: ts.parser } } },
	{
		files: ['**/*.{ts,js,mjs,svelte}'],
		plugins: { '@typescript-eslint': ts.plugin },
		rules: {
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': 'error',
			// A default is a decision that somebody wrote down.
			'@typescript-eslint/switch-exhaustiveness-check': [
				'error',
				{ considerDefaultExhaustiveForUnions: true },
			],
			'@typescript-eslint/only-throw-error': 'error',
			'@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
			'no-restricted-syntax': [
				'error',
				{ selector: 'ExportAllDeclaration', message: 'Name what you export.' },
				{ selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
			],
			'no-console': 'error',
			'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
		},
	},
	{
		files: ['apps/web/**'],
		rules: {
			// The app lives at the root of its origin: there is no base path to resolve.
			'svelte/no-navigation-without-resolve': 'off',
			// Dates and addresses are made, read and dropped here, never changed.
			'svelte/prefer-svelte-reactivity': 'off',
		},
	},
	{ files: ['scripts/**'], rules: { 'no-console': 'off' } },
]
