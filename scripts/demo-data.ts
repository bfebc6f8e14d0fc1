// `npm run demo-data`: fills a workspace with a month of a shop's traffic, lived through by the product itself on a
// clock that starts 30 days ago (DEMO_DAYS: fewer). The same month every time; DEMO_SEED picks another. No server may run
// on the same data meanwhile.
import { readConfig } from '../packages/server/src/config.ts'
import { liveMonth } from './demo-data/month.ts'
import { openPastServer, type PastServer } from './demo-data/past-server.ts'
import { createRandom } from './demo-data/random.ts'
import { receiversPort, startReceivers } from './demo-data/receivers.ts'
import { DEMO_EMAIL, openShop } from './demo-data/shop.ts'

const DAYS_MAX = 30
const DAY_MS = 86_400_000
const SEED_DEFAULT = 20_251_126

try {
  await fill()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function fill(): Promise<void> {
  const config = readConfig(process.env)
  if (!config.isLoopback)
    throw new Error('Demo data is for a machine of your own: PUBLIC_URL must be a loopback address.')
  const days = daysOf(process.env['DEMO_DAYS'])
  const nowMs = Date.now()
  const startMs = nowMs - days * DAY_MS
  const random = createRandom(Number(process.env['DEMO_SEED'] ?? SEED_DEFAULT))
  const server = await openPastServer(config, startMs)
  const receivers = await startReceivers(random, { port: receiversPort(process.env) })
  try {
    if (await isFilled(server)) {
      process.stdout.write(`The demo data is there already: it belongs to ${DEMO_EMAIL}.\n`)
      return
    }
    const shop = await openShop(server, receivers, nowMs)
    const month = await liveMonth(
      { server, shop, receivers, random },
      { startMs, days, onDay: (day) => process.stdout.write(`\rDay ${day + 1} of ${days} `) },
    )
    await server.advanceTo(nowMs)
    await backdate(server, startMs)
    process.stdout.write(
      `\r${month.requests} signed requests over ${month.days} days, with their transactions, webhooks and logs.\n` +
        `Start the server and sign in\nDashboard  ${config.publicUrl}\nE-mail     ${shop.email}\n` +
        `Password   ${shop.password}${shop.isOperator ? '   (this account runs the platform)' : ''}\n` +
        'Webhooks   npm run demo-receivers   (takes them in another terminal; without it they fail from now on)\n',
    )
  } finally {
    await server.close()
    await receivers.close()
  }
}

function daysOf(text: string | undefined): number {
  const days = Number(text ?? DAYS_MAX)
  if (Number.isInteger(days) && days >= 1 && days <= DAYS_MAX) return days
  throw new Error(`DEMO_DAYS must be a whole number from 1 to ${DAYS_MAX}.`)
}

async function isFilled({ database }: PastServer): Promise<boolean> {
  const { rows } = await database.pool.query('select from users where email = $1', [DEMO_EMAIL])
  return rows.length > 0
}

/** Accounts are opened by the login library, which knows no clock but the machine's. */
async function backdate({ database }: PastServer, startMs: number): Promise<void> {
  await database.pool.query(
    `with person as (
       update users set created_at = $2, email_verified = true where email = $1 returning id
     )
     update workspaces set created_at = $2
       where id in (select workspace_id from members where user_id in (select id from person))`,
    [DEMO_EMAIL, new Date(startMs)],
  )
}
