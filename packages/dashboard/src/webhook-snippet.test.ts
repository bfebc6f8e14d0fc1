import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { signWebhook } from '../../sdk/src/index.ts'
import { RECEIVER_SNIPPET } from './webhook-snippet.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const sdk = new URL('../../sdk/src/index.ts', import.meta.url).href
const tsx = new URL('../../../node_modules/tsx/dist/loader.mjs', import.meta.url).href
const START_LIMIT_MS = 20_000

it(
  'the receiver that is shown accepts what is signed and refuses the rest',
  { timeout: 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-receiver-'))
    const port = await freePort()
    const file = join(folder, 'receiver.mts')
    const code = RECEIVER_SNIPPET.replace('@countersign/sdk', sdk).replace('4800', String(port))
    await writeFile(file, code)
    const receiver = spawn(process.execPath, ['--import', tsx, pathToFileURL(file).pathname], {
      env: { ...process.env, COUNTERSIGN_WEBHOOK_SECRET: SECRET },
      stdio: 'ignore',
    })
    try {
      const body = '{"id":"evt_1","type":"transaction.completed","data":{}}'
      const headers = { ...(await signWebhook({ id: 'evt_1', body, secret: SECRET })) }
      const url = `http://127.0.0.1:${port}/`
      await answers(url)
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(204)
      expect((await fetch(url, { method: 'POST', headers, body: `${body} ` })).status).toBe(400)
      expect((await fetch(url, { method: 'POST', body })).status).toBe(400)
    } finally {
      receiver.kill()
      await rm(folder, { recursive: true })
    }
  },
)

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

async function answers(url: string): Promise<void> {
  const until = Date.now() + START_LIMIT_MS
  for (;;) {
    try {
      await fetch(url)
      return
    } catch (error) {
      if (Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
