import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { problem } from '../problems.ts'
import type { App } from './app-type.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
}
/** What the guides link to and a browser must not run: shown as text. */
const TYPE_OF_OTHERS = 'text/plain; charset=utf-8'

type Page = { body: Buffer; type: string; etag: string }

/**
 * `/docs/<guide>`: the guides that the build made from docs/, with their assets and the files that they link to. They
 * are few and small, so all of them are kept in memory.
 * @param directory null: there are none, as in tests that need no pages
 */
export function guidePages(app: App, directory: string | null): void {
  const pages = directory !== null && existsSync(directory) ? readPages(directory) : new Map<string, Page>()
  app.get<{ Params: { '*': string } }>('/docs/*', { schema: { hide: true } }, (request, reply) => {
    const name = request.params['*']
    const page = pages.get(name) ?? pages.get(`${name}.html`)
    if (!page)
      throw problem('not-found', { detail: 'There is no guide at this address. All guides: /docs/guides' })
    void reply.header('cache-control', 'no-cache').header('etag', page.etag)
    if (request.headers['if-none-match'] === page.etag) return reply.code(304).send()
    return reply.type(page.type).send(page.body)
  })
}

function readPages(directory: string): Map<string, Page> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const body = readFileSync(path)
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
      return [relative(directory, path), { body, type: TYPES[extname(path)] ?? TYPE_OF_OTHERS, etag }]
    }),
  )
}
