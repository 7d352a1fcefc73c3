import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'

const SVELTE = ['**/*.svelte', '**/*.svelte.ts']
const parserOptions = {
	projectService: true,
	tsconfigRootDir: import.meta.dirname,
	extraFileExtensions: ['.svelte'],
}

// Only what types, Prettier, svelte-check and dependency-cruiser cannot say.
export default [
	{ ignores: ['**/dist/', '**/build/', '**/.svelte-kit/', '**/data/', 'shots/', '.cache/', '**/*.cjs'] },
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
			'@typescript-eslint/switch-exhaustiveness-check': 'error',
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
	{ files: ['scripts/**'], rules: { 'no-console': 'off' } },
]
