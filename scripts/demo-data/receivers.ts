import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from './random.ts'

/** Where the webhooks of the month go: a shop's systems, each with habits of its own. */
export type Receivers = {
  /** The address of one of them, on this machine. */
  url(name: ReceiverName): string
  /** From now on the CRM answers nothing but faults. */
  breakCrm(): void
  close(): Promise<void>
}

export type ReceiverName = 'orders' | 'ledger' | 'crm' | 'legacy'

const BODY_BYTES_MAX = 1024 * 1024

export async function startReceivers(random: Random): Promise<Receivers> {
  let crmWorks = true
  const habits: Record<ReceiverName, (response: ServerResponse) => void | Promise<void>> = {
    orders: (response) => answer(response, random.chance(0.01) ? 503 : 200, '{"received":true}'),
    ledger: async (response) => {
      await delay(random.between(1, 12))
      answer(response, random.chance(0.03) ? 502 : 202, '')
    },
    crm: (response) =>
      crmWorks ? answer(response, 200, 'ok') : answer(response, 500, 'TypeError: contact is undefined'),
    legacy: (response) => answer(response, 410, 'This address is no longer used.'),
  }
  const server = createServer((request, response) => {
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > BODY_BYTES_MAX) request.destroy()
    })
    request.on('end', () => {
      const name = request.url?.slice(1).split('/')[0] as ReceiverName
      void Promise.resolve(habits[name]?.(response)).catch(() => response.destroy())
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: (name) => `http://localhost:${port}/${name}/webhooks`,
    breakCrm: () => {
      crmWorks = false
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': body.startsWith('{') ? 'application/json' : 'text/plain' })
  response.end(body)
}
