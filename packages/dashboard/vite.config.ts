import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// In development the API keeps its own port; the browser must still see one origin, because the session
// cookie and the origin check of changing requests depend on it.
const API = process.env['COUNTERSIGN_DEV_API'] ?? 'http://127.0.0.1:4747'
const API_PATHS = ['/v1', '/auth', '/docs', '/problems', '/openapi.json', '/.well-known']

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  resolve: {
    // The page signs with the very code that customers run, straight from its source.
    alias: {
      '@countersign/sdk/request-signature': fileURLToPath(
        new URL('../sdk/src/request-signature.ts', import.meta.url),
      ),
      '@countersign/sdk/webhook-signature': fileURLToPath(
        new URL('../sdk/src/webhook-signature.ts', import.meta.url),
      ),
    },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The polyfill and inlined assets would need 'unsafe-inline' or data: in the Content-Security-Policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { proxy: Object.fromEntries(API_PATHS.map((path) => [path, API])) },
})
