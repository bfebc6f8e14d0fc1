// What the pictures show: made through the public API by the person who is signed in, so that no page is empty.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext } from 'playwright-core'
import { Countersign } from '../../sdk/src/index.ts'

export type Seeded = {
  /** An HMAC key that was rotated, with callers of both secrets. */
  rotatedKeyId: string
  endpointId: string
  transactionId: string
  accountId: string
  eventId: string
  deliveryId: string
  refusedId: string
}

const KEYS = [
  { name: 'Checkout, Frankfurt', currency_type: 'fiat' },
  {
    name: 'Payouts: nightly run with a name that is as long as names of keys get in a big company',
    currency_type: 'crypto',
  },
  { name: 'Till 100% North_1', currency_type: 'fiat', days: 3 },
  { name: 'Old integration', currency_type: 'fiat' },
]

export async function seed(context: BrowserContext, origin: string): Promise<Seeded> {
  const call = async <Result>(method: string, path: string, data?: object): Promise<Result> => {
    const answer = await context.request.fetch(origin + path, { method, data, headers: { Origin: origin } })
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
    return (await answer.json()) as Result
  }
  type Made = { id: string; public_key: string; secret_key: string }
  const keys: Made[] = []
  for (const { days, ...rest } of KEYS) {
    const expires_at = days ? new Date(Date.now() + days * 86_400_000).toISOString() : null
    keys.push(await call<Made>('POST', '/v1/api-keys', { mode: 'test', expires_at, ...rest }))
  }
  const [checkout, , , old] = keys as [Made, Made, Made, Made]
  await call('PATCH', `/v1/api-keys/${old.id}`, { enabled: false })

  const receiver = createServer(
    (request, response) => void request.resume().on('end', () => response.end('ok')),
  )
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  const endpoint = await call<{ id: string }>('POST', '/v1/webhook-endpoints', {
    url: `http://127.0.0.1:${port}/webhooks`,
    event_types: ['*'],
    signature_schemes: ['v1', 'v1a'],
  })

  const options = { baseUrl: origin, publicKey: checkout.public_key }
  const before = new Countersign({ ...options, secretKey: checkout.secret_key })
  const transaction = await before.transactions.create({
    type: 'deposit',
    amount: '1250.00',
    currency: 'USD',
  })
  const rotated = await call<Made>('POST', `/v1/api-keys/${checkout.id}/rotate`, { overlap_seconds: 86_400 })
  const after = new Countersign({ ...options, secretKey: rotated.secret_key })
  for (let n = 0; n < 3; n += 1) await after.me()
  await before.me()
  const wrong = new Countersign({ ...options, secretKey: keys[1]!.secret_key })
  await wrong.me().catch(() => undefined)

  const first = async (path: string) => {
    for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 250))) {
      const { data } = await call<{ data: { id: string }[] }>('GET', path)
      if (data[0]) return data[0].id
      if (Date.now() > end) throw new Error(`${path} stays empty`)
    }
  }
  const deliveryId = await first('/v1/webhook-logs?status=delivered')
  receiver.close()
  return {
    rotatedKeyId: checkout.id,
    endpointId: endpoint.id,
    transactionId: transaction.id,
    accountId: await first('/v1/accounts'),
    eventId: await first('/v1/events'),
    deliveryId,
    refusedId: await first('/v1/transaction-logs?code=signature-invalid'),
  }
}
