import fastifyStatic from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
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

/** The dashboard's own part of what no route answers. */
export type DashboardPages = {
  /** Whether a request asks for a page, which the dashboard then lays out by the address. */
  serves(request: FastifyRequest): boolean
  send(reply: FastifyReply): FastifyReply
}

/** The built dashboard: hashed files for ever, `index.html` afresh each time and for every address of a page. */
export async function dashboardPages(app: App, directory: string | null): Promise<DashboardPages> {
  const built = directory !== null && existsSync(join(directory, 'index.html'))
  if (built) {
    await app.register(fastifyStatic, {
      root: directory,
      index: false,
      // Looked up when asked for: a dashboard that is built anew is served without a restart.
      wildcard: true,
      serveDotFiles: false,
      setHeaders: (reply, path) => {
        const hashed = path.startsWith(join(directory, 'assets'))
        void reply.header(
          'cache-control',
          hashed ? `public, max-age=${IMMUTABLE_SECONDS}, immutable` : 'no-cache',
        )
      },
    })
    app.get('/', { schema: { hide: true } }, (_request, reply) => sendIndex(reply))
  }
  return {
    serves: ({ method, headers, url }) =>
      built && method === 'GET' && (headers.accept ?? '').includes('text/html') && !OTHER_PATHS.test(url),
    send: sendIndex,
  }
}

function sendIndex(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-cache').sendFile('index.html')
}

const OTHER_PATHS = /^\/(?:v1|auth|assets|problems|docs)(?:\/|\?|$)/
