import { defineConfig } from 'vitest/config'

/** The fast suite: what `npm test` and `npm cit` run. What is slow by nature lives under `test/slow/`. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**', 'node_modules/**'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/fail-on-console-error.ts', 'test/support/clean-up.ts'],
    // To load the service anew for each of so many files took a third of the run. Tests wait a good deal, so that three keep two cores busy.
    isolate: false,
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
})
