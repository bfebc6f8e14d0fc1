import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'
import { verifyWebhook, type WebhookEvent } from '../../packages/sdk/src/index.ts'

/** One webhook as it arrived: the verified event, or why it must not be trusted. */
export type Arrival = { event: WebhookEvent; timestamp: number } | { refused: string }

export type WebhookListener = {
  url: string
  arrivals: Arrival[]
  /** The secret of the endpoint, once it is known: nothing is trusted before. */
  trust(secret: string): void
  close(): Promise<void>
}

/** What a customer's server does: takes webhooks, verifies each with the SDK, answers 204 or 400. */
export async function listenForWebhooks(): Promise<WebhookListener> {
  const arrivals: Arrival[] = []
  let secret = ''
  const server = createServer((request, response) => {
    // It answers on every path below and throws nothing.
    void (async () => {
      const body = await buffer(request)
      const arrival = await verifyWebhook({ body, headers: request.headers, secret }).then(
        (event): Arrival => ({ event, timestamp: Number(request.headers['webhook-timestamp']) }),
        (error: unknown): Arrival => ({ refused: error instanceof Error ? error.message : String(error) }),
      )
      arrivals.push(arrival)
      response.writeHead('event' in arrival ? 204 : 400).end()
    })().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    arrivals,
    trust: (known) => void (secret = known),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
