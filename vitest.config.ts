import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Vitest by itself leaves a core free, which on two cores is half of the machine.
// Three projects because they need three worlds: the server's tests share one embedded Postgres, the
// browser packages need nothing, and e2e starts real processes, which mostly wait: two files at a time fill two cores.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'server',
          include: ['packages/server/src/**/*.test.ts'],
          globalSetup: ['packages/server/src/database/test-global-setup.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
          pool: 'forks',
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
          name: 'packages',
          include: [
            'packages/{sdk,cli,dashboard}/src/**/*.test.{ts,tsx}',
            'conformance/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          maxWorkers: 2,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          pool: 'forks',
        },
      },
    ],
  },
})
