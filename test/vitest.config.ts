import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import { LongestFirst } from './support/longest-first.ts'

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
    // Processes, because the tests use native SQLite and start programs of their own. The smallest machine we
    // promise has two cores; a third file uses them while others wait for a browser, a broker or a clock.
    pool: 'forks',
    maxWorkers: soak ? 2 : 3,
    // One file after the other in the same few processes: loading our modules anew for each file takes longer than
    // most files do, and no module of ours remembers anything. What a test sets in the environment, it puts back.
    // A soak measures what its process needs, so each has its own.
    isolate: soak,
    sequence: { sequencer: LongestFirst },
    // A bound for what hangs; a busy machine takes ten times what a quiet one does.
    testTimeout: soak ? 3_600_000 : 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // A test that left `.only` behind must not make the suite smaller without anyone noticing.
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'src/setup/**/*.mjs'],
      reportsDirectory: 'coverage',
    },
  },
})
