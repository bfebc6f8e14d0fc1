// `npm run tour`: shows a running server from sign-up to a verified webhook, and checks every step on the way.
// COUNTERSIGN_URL names the server. Where strangers may not sign up, COUNTERSIGN_PUBLIC_KEY and
// COUNTERSIGN_SECRET_KEY bring a key of Test Mode along.
import { Countersign } from '../packages/sdk/src/index.ts'
import { callServices, livesOfSecrets, openAccount } from './tour/key-steps.ts'
import { addEndpoint, depositMoney, followWebhook } from './tour/money-steps.ts'
import { expectThat, Report } from './tour/report.ts'
import { listenForWebhooks } from './tour/webhook-listener.ts'

const baseUrl = process.env['COUNTERSIGN_URL'] ?? 'http://localhost:4747'
const publicKey = process.env['COUNTERSIGN_PUBLIC_KEY']
const secretKey = process.env['COUNTERSIGN_SECRET_KEY']

const report = new Report()
try {
  await tour()
  process.stdout.write(`\nAll ${report.count} steps went well. The same, by hand: ${baseUrl}\n`)
} catch (error) {
  process.stderr.write(`\n${report.failure(error)}\n`)
  process.exitCode = 1
}

async function tour(): Promise<void> {
  await report.step('Reach the server', async (saw) => {
    const answer = await fetch(new URL('/readyz', baseUrl)).catch((cause: unknown) => {
      throw new Error(`Nothing answers at ${baseUrl}. Run npm start first, or set COUNTERSIGN_URL.`, {
        cause,
      })
    })
    expectThat(answer.ok, `${baseUrl} answers ${answer.status} to /readyz.`)
    saw(`${baseUrl} is ready.`)
  })
  const client = await signedClient()
  const { scopes } = await client.me()
  if (!scopes.includes('transactions:write')) {
    report.leaveOut('money', 'The key has no scope transactions:write.')
  } else if (!isLoopback(baseUrl) || !scopes.includes('webhook-endpoints:write')) {
    await depositMoney(report, client)
    report.leaveOut('webhooks', whyNoWebhooks())
  } else {
    await moneyAndWebhooks(client)
  }
}

/** A client with a key that works: a new one, or the one that was brought along. */
async function signedClient(): Promise<Countersign> {
  if (publicKey && secretKey) {
    const client = new Countersign({ baseUrl, publicKey, secretKey })
    await callServices(report, client)
    report.leaveOut('mix-up, rotation and revocation', 'The key that you brought is left as it is.')
    return client
  }
  const account = await openAccount(report, baseUrl)
  const { public_key, secret_key } = account.key
  await callServices(report, new Countersign({ baseUrl, publicKey: public_key, secretKey: secret_key }))
  return livesOfSecrets(report, baseUrl, account)
}

async function moneyAndWebhooks(client: Countersign): Promise<void> {
  const listener = await listenForWebhooks()
  let endpointId: string | undefined
  try {
    endpointId = await addEndpoint(report, client, listener)
    const transaction = await depositMoney(report, client)
    await followWebhook(report, { client, listener, transaction })
  } finally {
    // Nobody listens there any more, so the server need not try for days.
    if (endpointId) await client.webhookEndpoints.delete(endpointId)
    await listener.close()
  }
}

function whyNoWebhooks(): string {
  return isLoopback(baseUrl)
    ? 'The key has no scope webhook-endpoints:write.'
    : `${baseUrl} does not send to this machine's loopback addresses.`
}

function isLoopback(url: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)
}
