import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Vitest by itself leaves a core free, which on two cores is half of the machine. All projects have as many workers,
// so that one run takes them one after the other without a core that waits for the end of the one before: e2e first,
// whose files are long, and last the shortest files of the server.
const maxWorkers = 2
// What a test waits for comes when it comes: a limit is for what never does, not a guess at how busy the machine is.
const patience = {
  expect: { poll: { timeout: 15_000 } },
  setupFiles: [fileURLToPath(new URL('vitest.setup.ts', import.meta.url))],
}

// Three projects because they need three worlds: the server's tests share one embedded Postgres, the
// browser packages need nothing, and e2e starts real processes.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...patience,
          name: 'server',
          include: ['packages/server/src/**/*.test.ts'],
          globalSetup: ['packages/server/src/database/test-global-setup.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
          maxWorkers,
          // Each file has a database of its own; the modules of the server, once loaded, serve the next file as well.
          isolate: false,
        },
      },
      {
        // As the dashboard's own build resolves it.
        resolve: {
          alias: {
            '@countersign/sdk/request-signature': fileURLToPath(
              new URL('packages/sdk/src/request-signature.ts', import.meta.url),
            ),
          },
        },
        test: {
          ...patience,
          name: 'packages',
          include: [
            'packages/{sdk,cli,dashboard}/src/**/*.test.{ts,tsx}',
            'conformance/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          maxWorkers,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...patience,
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers,
          // Loading Playwright and starting Chromium once is enough.
          isolate: false,
        },
      },
    ],
  },
})
