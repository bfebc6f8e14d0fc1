import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { cleanUp, launchServer, makeFolder } from './harness.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

afterAll(cleanUp)

test('demo data shows on a server that starts after it: requests, money and webhooks of past days, and a key for each status', async () => {
  const dataDir = join(await makeFolder(), 'data')
  const filled = await fill(dataDir)
  expect(filled).toMatchObject({ code: 0 })
  const password = /^Password {3}(\S+)/m.exec(filled.output)?.[1]
  expect(await fill(dataDir)).toMatchObject({ code: 0, output: expect.stringContaining('there already') })

  const server = await launchServer({ dataDir })
  const beside = await fill(dataDir)
  expect(beside.code).toBe(1)
  expect(beside.output).toContain('server')

  const headers = { origin: server.url, 'content-type': 'application/json' }
  const signIn = await fetch(`${server.url}/auth/sign-in/email`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ email: 'demo@example.com', password }),
  })
  expect(signIn.status).toBe(200)
  const cookie = signIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const list = async (path: string): Promise<Record<string, unknown>[]> => {
    const answer = await fetch(server.url + path, { headers: { cookie } })
    expect(answer.status, path).toBe(200)
    return ((await answer.json()) as { data: Record<string, unknown>[] }).data
  }
  const dayAgo = new Date(Date.now() - 86_400_000).toISOString()
  for (const path of ['transaction-logs', 'transactions', 'webhook-logs', 'events'])
    expect(await list(`/v1/${path}?created_before=${dayAgo}`), path).not.toHaveLength(0)
  expect(await list('/v1/transactions?status=completed')).not.toHaveLength(0)
  expect(await list('/v1/webhook-logs?status=delivered')).not.toHaveLength(0)
  const keys = await list('/v1/api-keys')
  expect(keys.map(({ status }) => status)).toEqual(expect.arrayContaining(['active', 'expiring', 'expired']))
})

function fill(dataDir: string): Promise<{ code: number | null; output: string }> {
  const tsx = join(root, 'node_modules/.bin/tsx')
  const child = spawn(tsx, ['scripts/demo-data.ts'], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: dataDir,
      DATA_DIR: dataDir,
      DEMO_DAYS: '2',
      DEMO_RECEIVERS_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })))
}
