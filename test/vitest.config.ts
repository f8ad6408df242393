import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

// The long soak is asked for by its own command (`npm run soak`), never by `npm test`.
const soak = process.env['LOA_SOAK'] === '1'

export default defineConfig({
  root,
  // Nothing is served to a browser: keep vite's cache of bundled packages out of the tree.
  cacheDir: 'node_modules/.vite',
  test: {
    environment: 'node',
    include: soak ? ['test/soak/**/*.test.ts'] : ['test/**/*.test.ts'],
    exclude: soak ? configDefaults.exclude : [...configDefaults.exclude, 'test/soak/**'],
    // Own processes, because the tests use native SQLite and start programs of their own. Two at a time: the
    // smallest machine we promise has two cores, and more would make timing tests wait for each other.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: soak ? 3_600_000 : 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // A test that left `.only` behind must not make the suite smaller without anyone noticing.
    allowOnly: false,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'src/setup/**/*.mjs'],
      reportsDirectory: 'coverage',
    },
  },
})
