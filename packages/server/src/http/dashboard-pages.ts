import fastifyStatic from '@fastify/static'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { problem } from '../problems.ts'
import type { App } from './app-type.ts'

/** For every page: no inline script, nothing from elsewhere, no framing. Mantine sets style attributes. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
} as const

const IMMUTABLE_SECONDS = 31_536_000

/** The built dashboard: hashed files for ever, `index.html` afresh each time and for every address of a page. */
export async function dashboardPages(app: App, directory: string | null): Promise<void> {
  const built = directory !== null && existsSync(join(directory, 'index.html'))
  if (built)
    await app.register(fastifyStatic, {
      root: directory,
      index: false,
      wildcard: false,
      serveDotFiles: false,
      setHeaders: (reply, path) => {
        const hashed = path.startsWith(join(directory, 'assets'))
        void reply.header(
          'cache-control',
          hashed ? `public, max-age=${IMMUTABLE_SECONDS}, immutable` : 'no-cache',
        )
      },
    })
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    const isOwn = /^\/(?:v1|auth|assets|problems|docs)(?:\/|\?|$)/.test(request.url)
    if (built && wantsPage && !isOwn) return reply.header('cache-control', 'no-cache').sendFile('index.html')
    throw problem('not-found', { detail: `There is no ${request.method} at this path.` })
  })
}
