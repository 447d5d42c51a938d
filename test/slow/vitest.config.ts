import { defineConfig } from 'vitest/config'

/** What is slow by nature, run one file after the other: many processes, real Workers, large bodies. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/fail-on-console-error.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    restoreMocks: true,
  },
})
