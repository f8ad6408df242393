import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import { fileURLToPath } from 'node:url'
import tseslint from 'typescript-eslint'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What Node gives every file; spelled out so that no package of globals is needed. */
const nodeGlobals = Object.fromEntries(
  [
    'process',
    'performance',
    'console',
    'Buffer',
    'URL',
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
  ].map((name) => [name, 'readonly']),
)

/** What a browser gives the few scripts of our pages. */
const browserGlobals = Object.fromEntries(
  [
    ...['window', 'document', 'navigator', 'location', 'history', 'localStorage', 'sessionStorage', 'self'],
    ...[
      'fetch',
      'caches',
      'indexedDB',
      'EventSource',
      'Audio',
      'Event',
      'CustomEvent',
      'FormData',
      'Headers',
    ],
    ...[
      'Request',
      'Response',
      'URLSearchParams',
      'AbortController',
      'IntersectionObserver',
      'MutationObserver',
    ],
    ...['matchMedia', 'requestAnimationFrame', 'HTMLElement', 'htmx'],
  ].map((name) => [name, 'readonly']),
)

export default defineConfig(
  { ignores: ['node_modules/', '.runtime/', 'data/', 'coverage/', '**/*.min.js'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'object-shorthand': 'error',
      'no-implicit-coercion': 'error',
      // Cleaning people's text of control characters is something we mean to do.
      'no-control-regex': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'no-unused-vars': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A number in a text is what it looks like; dates and objects are not, and stay refused.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A test that finds nothing where it expects something fails at that line, which is what it is for.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.mjs', 'test/**/*.js'], languageOptions: { globals: nodeGlobals } },
  { files: ['src/web/**/*.js'], languageOptions: { globals: { ...nodeGlobals, ...browserGlobals } } },
)
