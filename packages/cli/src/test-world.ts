import { mkdtempSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from './main.ts'

export const PUBLIC_KEY = 'pk_test_ux23XtIWBR7l1XHkOpUTYR4GkhQR'
export const SECRET_KEY = 'sk_test_uNLI5eBV6yqZSLrVDZu0s1PK9LDYooROHGWzOwNarBA0U3781'
export const KEY_ENV = { COUNTERSIGN_PUBLIC_KEY: PUBLIC_KEY, COUNTERSIGN_SECRET_KEY: SECRET_KEY }

export type Seen = { method: string; path: string; headers: IncomingHttpHeaders; body: string }
type Answer = { status?: number; type?: string; headers?: Record<string, string>; body: unknown }

/** A server that keeps what it is asked and answers what a test wants. */
export async function startServer(answer: (seen: Seen) => Answer) {
  const seen: Seen[] = []
  const server: Server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const one = { method: request.method!, path: request.url!, headers: request.headers, body }
      seen.push(one)
      const { status = 200, type = 'application/json', headers, body: answered } = answer(one)
      response.writeHead(status, { 'content-type': type, ...headers })
      response.end(typeof answered === 'string' ? answered : JSON.stringify(answered))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { seen, url, close }
}

/** A user of this program: a home of their own, and what they type. */
export function makeUser(env: Record<string, string> = {}) {
  const homeDir = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
  const opened: string[] = []
  return {
    homeDir,
    /** What its browser was sent to. */
    opened,
    async run(
      args: readonly string[],
      given: { input?: string; answers?: string[]; env?: Record<string, string>; isTerminal?: boolean } = {},
    ) {
      let out = ''
      let err = ''
      const answers = [...(given.answers ?? [])]
      const code = await main(args, {
        env: { ...env, ...given.env },
        platform: 'linux',
        homeDir,
        io: {
          out: (text) => void (out += text),
          err: (text) => void (err += text),
          isTerminal: given.isTerminal ?? false,
          isInteractive: given.answers !== undefined,
          readInput: async () => given.input ?? '',
          ask: async (question) => {
            err += `${question}\n`
            return answers.shift() ?? ''
          },
          openBrowser: (url) => void opened.push(url),
          signal: new AbortController().signal,
        },
      })
      return { code, out, err }
    },
  }
}
