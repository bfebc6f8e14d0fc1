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
  /** From now on the others make no mistake, so that nothing but the CRM is waited for when the month ends. */
  calmDown(): void
  close(): Promise<void>
}

export type ReceiverName = 'orders' | 'ledger' | 'crm' | 'legacy'

const BODY_BYTES_MAX = 1024 * 1024
const PORT_DEFAULT = 8790

/** Where they listen: DEMO_RECEIVERS_PORT, where 0 is any port that is free. */
export function receiversPort(env: NodeJS.ProcessEnv): number {
  const port = Number(env['DEMO_RECEIVERS_PORT'] ?? PORT_DEFAULT)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new Error('DEMO_RECEIVERS_PORT must be a port.')
}

type ReceiversOptions = { port: number; onCall?: (name: string, status: number) => void }

/** @throws Error when somebody else listens on the port */
export async function startReceivers(
  random: Random,
  { port: wanted, onCall }: ReceiversOptions,
): Promise<Receivers> {
  let crmWorks = true
  let isCalm = false
  const slips = (share: number): boolean => random.chance(share) && !isCalm
  const habits: Record<ReceiverName, (response: ServerResponse) => void | Promise<void>> = {
    orders: (response) => answer(response, slips(0.01) ? 503 : 200, '{"received":true}'),
    ledger: async (response) => {
      await delay(random.between(1, 12))
      answer(response, slips(0.03) ? 502 : 202, '')
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
      const habit = habits[name]
      if (!habit) return answer(response, 404, '')
      response.once('finish', () => onCall?.(name, response.statusCode))
      void Promise.resolve(habit(response)).catch(() => response.destroy())
    })
  })
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error) =>
      reject(
        new Error(`The receivers cannot listen: ${error.message}. DEMO_RECEIVERS_PORT names another port.`),
      )
    server.once('error', refuse).listen(wanted, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: (name) => `http://localhost:${port}/${name}/webhooks`,
    breakCrm: () => {
      crmWorks = false
    },
    calmDown: () => {
      isCalm = true
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
