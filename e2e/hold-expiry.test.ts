import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { Countersign } from '../packages/sdk/src/index.ts'
import { openDatabase } from '../packages/server/src/database/database.ts'
import { startEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { reconcile } from '../packages/server/src/ledger/reconcile.ts'
import { signUpPerson } from '../scripts/tour/person.ts'
import { cleanUp, launchServer, makeFolder } from './harness.ts'

afterAll(cleanUp)

const HOLDS = 240
const wait = { timeout: 60_000, interval: 10 }

it('workers are killed -9 while holds expire, once with a round half done: each hold ends exactly once, and the ledger adds up', async () => {
  const postgres = await startEmbeddedPostgres({ dataDir: join(await makeFolder(), 'data') })
  const shared = { DATABASE_URL: postgres.url, MASTER_KEY: randomBytes(32).toString('base64') }
  const launch = async (env: Record<string, string>) =>
    launchServer({ dataDir: await makeFolder(), env: { ...shared, ...env } })
  const server = await launch({ ROLES: 'api' })
  const launchWorker = () => launch({ ROLES: 'worker', PUBLIC_URL: server.url })
  const database = openDatabase(postgres.url)
  const { pool } = database
  const count = async (sql: string) =>
    Number((await pool.query<{ count: string }>(`select count(*) from ${sql}`)).rows[0]!.count)
  const expired = () => count(`transactions where status = 'expired'`)
  /** Time goes on: what waits is due, and leases of the dead have ended. */
  const pass = () => pool.query(`update rail_tasks set due_at = least(due_at, now()) where rail = 'hold'`)

  // Nobody says what becomes of these payouts, so each holds its money until its time.
  const person = await signUpPerson(server.url)
  const scopes = ['transactions:read', 'transactions:write', 'balances:read']
  const key = await person.createKey({ scopes })
  const client = new Countersign({
    baseUrl: server.url,
    publicKey: key.public_key,
    secretKey: key.secret_key,
  })
  const usd = { currency: 'USD' } as const
  const deposit = await client.transactions.create({ type: 'deposit', amount: '1000.00', ...usd })
  await person.call('POST', `/v1/test/transactions/${deposit.id}/settle`)
  for (let made = 0; made < HOLDS; made += 20)
    await Promise.all(
      Array.from({ length: 20 }, () =>
        client.transactions.create({ type: 'payout', amount: '1.25', ...usd, reference: 'simulate:pending' }),
      ),
    )
  expect((await client.balances.list()).data).toMatchObject([{ posted: '1000.00', available: '700.00' }])

  // A first worker is held up in the middle of a round: it has claimed a hundred, and their account is somebody else's.
  const holder = await pool.connect()
  await holder.query('begin')
  await holder.query(`select 1 from accounts where kind = 'customer' for update`)
  const first = await launchWorker()
  await pass()
  await vi.waitFor(async () => {
    expect(await count(`rail_tasks where lease_id is not null`)).toBe(100)
    expect(
      await count(`pg_stat_activity where wait_event_type = 'Lock' and query like '%advance_transactions%'`),
    ).toBe(1)
  }, wait)
  first.signal('SIGKILL')
  await first.exited
  await holder.query('rollback')
  holder.release()
  await vi.waitFor(
    async () =>
      expect(
        await count(
          `pg_stat_activity where state <> 'idle' and query like '%advance_trans%' and pid <> pg_backend_pid()`,
        ),
      ).toBe(0),
    wait,
  )
  // Of what it had begun, nothing is there.
  expect([await expired(), await count(`entries where step = 'release'`)]).toEqual([0, 0])
  expect(await count(`events where type = 'transaction.expired'`)).toBe(0)

  // Two more share the rest; one of them is killed as soon as something has ended.
  const [second, third] = await Promise.all([launchWorker(), launchWorker()])
  await pass()
  await vi.waitFor(async () => expect(await expired()).toBeGreaterThan(0), { ...wait, interval: 1 })
  second.signal('SIGKILL')
  await second.exited
  await vi.waitFor(
    async () => {
      await pass()
      expect(await expired()).toBe(HOLDS)
    },
    { timeout: 60_000, interval: 200 },
  )

  expect(await third.stop()).toBe(0)
  const once = (sql: string) => count(`(${sql} having count(*) <> 1) more`)
  const ofPayouts = `join transactions t on t.id = of_payout.id where t.type = 'payout' group by t.id`
  expect(await count(`entries where step = 'release'`)).toBe(2 * HOLDS)
  expect(
    await once(
      `select 1 from (select transaction_id as id from entries where step = 'release' and pending_out <> 0) of_payout ${ofPayouts}`,
    ),
  ).toBe(0)
  expect(
    await once(
      `select 1 from (select object_id as id from events where type = 'transaction.expired') of_payout ${ofPayouts}`,
    ),
  ).toBe(0)
  expect(
    await once(
      `select 1 from (select target_id as id from audit_log where action = 'transaction.expired') of_payout ${ofPayouts}`,
    ),
  ).toBe(0)
  expect(await count(`audit_log where action = 'transaction.expired'`)).toBe(HOLDS)
  expect(await count(`events where type = 'transaction.expired'`)).toBe(HOLDS)
  expect(await count('rail_tasks')).toBe(0)
  expect((await client.balances.list()).data).toMatchObject([
    { posted: '1000.00', pending_out: '0.00', available: '1000.00' },
  ])
  expect(await reconcile(pool)).toMatchObject({ consistent: true, discrepancies: [] })
  await database.close()
  expect(await server.stop()).toBe(0)
  await postgres.stop()
})
