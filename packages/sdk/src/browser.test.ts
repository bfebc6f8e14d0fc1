import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type * as Sdk from './index.ts'
import { chromiumPath } from './testing/chromium.ts'
import { keyNamed, receipts, webhooks } from './testing/conformance.ts'
import { startVerifyingServer } from './testing/verifying-server.ts'

const key = keyNamed('active')
const keys = { publicKey: key.public_key, secretKey: key.secret_keys[0]! }
/** What the page sees: the bundle puts it there. */
declare const sdk: typeof Sdk

let browser: Browser
let server: Awaited<ReturnType<typeof startVerifyingServer>>
let bundle: string

beforeAll(async () => {
  const built = await build({
    entryPoints: [fileURLToPath(new URL('index.ts', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'sdk',
    minify: true,
  })
  bundle = built.outputFiles[0]!.text
  server = await startVerifyingServer(
    keys.secretKey,
    ({ body }) => ({ body: body ? JSON.parse(body) : { mode: 'test' } }),
    {
      '/': ['text/html', '<!doctype html><script src="/sdk.js"></script>'],
      '/sdk.js': ['text/javascript', bundle],
    },
  )
  browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function open() {
  const tab = await browser.newPage()
  await tab.goto(server.baseUrl)
  return tab
}

describe('in a browser', () => {
  it('a client signs GET and POST so that an independent server verifies them', async () => {
    const tab = await open()
    const answers = await tab.evaluate(async (given) => {
      const client = new sdk.Countersign({ baseUrl: location.origin, ...given })
      return [
        await client.me(),
        await client.request('POST', '/v1/transactions', { query: { a: 'ü b' }, body: { name: 'ü' } }),
      ]
    }, keys)
    expect(answers).toEqual([{ mode: 'test' }, { name: 'ü' }])
    expect(server.verified.map(({ target }) => target)).toEqual(['/v1/me', '/v1/transactions?a=%C3%BC+b'])
    expect(server.verified[0]!.headers.cookie).toBeUndefined()
  })

  it('the published webhook vectors verify, v1 and v1a', async () => {
    const tab = await open()
    const ids = await tab.evaluate(async ({ message, cases }) => {
      const verified = cases.map(({ scheme, secret, signature }) =>
        sdk.verifyWebhookSignature({
          body: message.body,
          headers: {
            'webhook-id': message.id,
            'webhook-timestamp': message.timestamp,
            'webhook-signature': signature,
          },
          now: Number(message.timestamp),
          ...(scheme === 'v1' ? { secret } : { publicKey: `whpk_${btoa(atob(secret.slice(5)).slice(32))}` }),
        }),
      )
      return (await Promise.all(verified)).map(({ id }) => id)
    }, webhooks.vectors)
    expect(ids).toEqual([webhooks.vectors.message.id, webhooks.vectors.message.id])
  })

  it('every published receipt is taken or refused, by the reason that the data names', async () => {
    const tab = await open()
    const told = await tab.evaluate(
      (cases) =>
        Promise.all(
          cases.map(({ receipt, trusted }) =>
            sdk.verifyReceipt(receipt, { keys: trusted }).then(
              ({ keyId }) => keyId,
              (error: unknown) => (error instanceof sdk.ReceiptError ? error.reason : String(error)),
            ),
          ),
        ),
      receipts.cases,
    )
    expect(told.length).toBeGreaterThan(20)
    expect(told).toEqual(
      receipts.cases.map(({ expect: wanted }) => (wanted.accepted ? wanted.key_id : wanted.reason)),
    )
  })

  it('the whole SDK is less than 32 kB, minified: about 11 kB on the wire', () => {
    expect(bundle.length).toBeLessThan(32_000)
  })
})
