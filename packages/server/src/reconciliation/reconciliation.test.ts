import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Executor } from '../database/database.ts'
import { newId } from '../ids.ts'
import { reconcile } from '../ledger/reconcile.ts'
import { sendMail } from '../sessions/mail.ts'
import { createTestApp, type TestApp, type TestKey } from '../test-app.ts'
import { setUpOperator, signUpPerson, type TestPerson } from '../test-production.ts'
import { reconciliationLoop } from './loop.ts'
import { reconcileSlice, type ReconciliationDeps, type SliceSizes } from './reconcile-slice.ts'

let t: TestApp
let olga: TestPerson
let ada: TestPerson
let key: TestKey
let deps: ReconciliationDeps
const RUNS = '/v1/operator/reconciliations'
const DISCREPANCIES = '/v1/operator/ledger-discrepancies'
// So small that every run takes many slices and one account takes several.
const SMALL: SliceSizes = { accounts: 2, entries: 3, strays: 2, transactions: 3 }
// Some slices of each kind.
const SEVERAL: SliceSizes = { accounts: 3, entries: 20, strays: 3, transactions: 10 }
const DAY_MS = 86_400_000

beforeAll(async () => {
  t = await createTestApp()
  deps = { ...t, sendMail: (message, executor) => sendMail(t, message, executor) }
  olga = await setUpOperator(t)
  ada = await signUpPerson(t, 'ada@acme.example')
  key = await t.createKey(ada)
  for (let index = 0; index < 8; index += 1) await pay('deposit', 'USD')
  const completed = await pay('deposit', 'EUR')
  for (const id of [completed, await pay('deposit', 'EUR')])
    expect((await ada.request('POST', `/v1/test/transactions/${id}/settle`)).status).toBe(200)
  await pay('payout', 'EUR')
})
afterAll(() => t.stop())
beforeEach(async () => {
  await run('full')
})

async function pay(type: 'deposit' | 'payout', currency: string): Promise<string> {
  const { status, body, text } = await t.signed(key, 'POST', '/v1/transactions', {
    body: { type, amount: '10.00', currency, ...(type === 'payout' ? { destination: 'NL00' } : {}) },
    headers: { 'idempotency-key': newId('req') },
  })
  expect(status, text).toBe(201)
  return body['id'] as string
}

/** Asks for a run as an operator and lets the worker do it; answers with the run and the number of its slices. */
async function run(kind: 'full' | 'incremental', sizes = SEVERAL) {
  t.clock.advance(1_000)
  const asked = await olga.request('POST', RUNS, { body: { kind } })
  expect(asked.status, asked.text).toBe(201)
  let slices = 1
  while (await reconcileSlice(deps, sizes)) slices += 1
  const { body } = await olga.request('GET', `${RUNS}?limit=1`)
  const [done] = body['data']
  expect(done).toMatchObject({ id: asked.body['id'], kind, status: 'completed' })
  return { ...done, slices } as Record<string, any>
}

/** Changes a table behind its triggers, and back afterwards. */
async function corrupted(change: (client: Executor) => Promise<unknown>, look: () => Promise<void>) {
  const tables = ['accounts', 'entries', 'transactions']
  await t.database.pool.query(tables.map((name) => `create table kept_${name} as table ${name}`).join(';'))
  const behind = (work: (client: Executor) => Promise<unknown>) =>
    t.database.transaction(async (client) => {
      await client.query(`set local session_replication_role = 'replica'`)
      await work(client)
    })
  try {
    await behind(change)
    await look()
  } finally {
    await behind((client) =>
      client.query(
        tables
          .map(
            (name) =>
              `delete from ${name}; insert into ${name} select * from kept_${name}; drop table kept_${name}`,
          )
          .join(';'),
      ),
    )
  }
}
const openOnes = async () => {
  const { body } = await olga.request('GET', `${DISCREPANCIES}?limit=100`)
  return (body['data'] as { kind: string; subject_id: string }[]).map(({ kind }) => kind).sort()
}

describe('a run', () => {
  it('proves a sound ledger in many short slices, reading every entry once', async () => {
    const { rows } = await t.database.pool.query<Record<string, number>>(
      `select (select count(*) from accounts)::int as accounts, (select count(*) from entries)::int as entries,
         (select count(*) from transactions)::int as transactions`,
    )
    const done = await run('full', SMALL)
    expect(done).toMatchObject({ ...rows[0], discrepancies: 0, requested_by: { email: olga.email } })
    expect(done['slices']).toBeGreaterThan(10)
    expect(done['proofs']).toEqual(
      ['sums', 'balances', 'versions', 'holds'].map((name) => ({ name, discrepancies: 0 })),
    )
    expect(done['totals']).toContainEqual({
      mode: 'test',
      currency: 'EUR',
      accounts: 2,
      sum: '0.00',
      customers: '20.00',
      held: '10.00',
    })
  })

  it('that is incremental reads what is new and nothing else', async () => {
    expect(await run('incremental')).toMatchObject({ entries: 0, transactions: 0, discrepancies: 0 })
    await pay('deposit', 'USD')
    expect(await run('incremental')).toMatchObject({ entries: 2, transactions: 1, discrepancies: 0 })
    expect(await run('incremental')).toMatchObject({ entries: 0, discrepancies: 0 })
  })

  it('holds while money moves between its slices', async () => {
    t.clock.advance(1_000)
    await olga.request('POST', RUNS, { body: {} })
    do await pay('deposit', 'USD')
    while (await reconcileSlice(deps, SMALL))
    expect(await openOnes()).toEqual([])
    expect(await run('incremental')).toMatchObject({ discrepancies: 0 })
  })

  it('is made by one worker at a time, and gone on with by any', async () => {
    t.clock.advance(1_000)
    const asked = await olga.request('POST', RUNS, { body: { kind: 'full' } })
    const again = await olga.request('POST', RUNS, { body: { kind: 'incremental' } })
    expect(again.body['id']).toBe(asked.body['id'])
    const isRunning = async () =>
      (await olga.request('GET', `${RUNS}?limit=1`)).body['data'][0].status === 'running'
    const workers = Array.from({ length: 4 }, async () => {
      while (await isRunning()) await reconcileSlice(deps, SMALL)
    })
    await Promise.all(workers)
    const { body } = await olga.request('GET', `${RUNS}?limit=1`)
    const { rows } = await t.database.pool.query('select count(*)::int as entries from entries')
    expect(body['data'][0]).toMatchObject({ id: asked.body['id'], status: 'completed', ...rows[0] })
  })

  it('begins by itself: what is new every five minutes, everything after ten times as long as it took, a day at most', async () => {
    const { run: round } = reconciliationLoop(deps)
    const { signal } = new AbortController()
    const kindAfter = async (ms: number) => {
      t.clock.advance(ms)
      while ((await round(signal)) === 'more');
      const { body } = await olga.request('GET', `${RUNS}?limit=1`)
      return [body['data'][0].kind, body['data'][0].requested_by, Date.parse(body['data'][0].started_at)]
    }
    const [, , before] = await kindAfter(1_000)
    expect((await kindAfter(200_000))[2]).toBe(before)
    // It took no time, so it is made as often as it may be.
    expect(await kindAfter(200_000)).toEqual(['full', null, t.clock.now()])
    const tookSeconds = (seconds: number) =>
      t.database.pool.query(
        `update ledger_reconciliations set started_at = finished_at - $1 * interval '1 second'
         where id = (select max(id) from ledger_reconciliations)`,
        [seconds],
      )
    const every = async () => (await olga.request('GET', RUNS)).body['full_every_seconds'] as number
    expect(await every()).toBe(300)
    await tookSeconds(60)
    expect(await every()).toBe(600)
    expect(await kindAfter(300_000)).toEqual(['incremental', null, t.clock.now()])
    expect(await kindAfter(300_000)).toEqual(['full', null, t.clock.now()])
    await tookSeconds(5 * 3_600)
    expect(await every()).toBe(DAY_MS / 1000)
    expect((await kindAfter(DAY_MS / 2))[0]).toBe('incremental')
    expect(await kindAfter(DAY_MS)).toEqual(['full', null, t.clock.now()])
  })
})

describe('a ledger that somebody changed behind its triggers', () => {
  const CASES: { what: string; sql: string; kinds: string[]; incremental: string[] }[] = [
    {
      what: 'a balance',
      sql: `update accounts set posted = posted + 1 where role = 'main' and currency = 'EUR'`,
      kinds: ['balance-differs', 'currency-not-zero'],
      incremental: ['balance-differs', 'currency-not-zero'],
    },
    {
      what: 'the amount of an entry',
      sql: `update entries set posted = posted + 1 where step = 'post' and posted = 1000`,
      kinds: ['running-balance-differs', 'sum-not-zero'],
      incremental: [],
    },
    {
      what: 'an entry, which is gone',
      sql: `delete from entries where version = 2 and currency = 'USD' and posted_after >= 0 and pending_in > 0`,
      kinds: ['running-balance-differs', 'sum-not-zero', 'version-gap'],
      incremental: [],
    },
    {
      what: 'the status of a transaction',
      sql: `update transactions set status = 'canceled' where id = (select min(id) from transactions where status = 'pending')`,
      kinds: ['hold-left', 'transaction-differs'],
      incremental: [],
    },
    {
      what: 'what was refunded of a transaction',
      sql: `update transactions set refunded = 1 where id = (select min(id) from transactions where status = 'completed')`,
      kinds: ['transaction-differs'],
      incremental: [],
    },
    {
      what: 'an account, which is gone',
      sql: `delete from accounts where role = 'main' and currency = 'EUR'`,
      kinds: ['account-missing', 'currency-not-zero'],
      incremental: ['currency-not-zero'],
    },
    {
      what: 'a transaction, which is gone',
      sql: `delete from transactions where id = (select max(id) from transactions)`,
      kinds: ['transaction-missing', 'transaction-missing'],
      incremental: [],
    },
    {
      what: 'the currency of an entry',
      sql: `update entries set currency = 'GBP' where version = 1 and currency = 'EUR' and pending_in > 0`,
      kinds: ['currency-differs', 'hold-left', 'sum-not-zero'],
      incremental: [],
    },
  ]

  it.each(CASES)('$what: is found, told, and resolved once it is mended', async (one) => {
    const mails = async () => {
      const { body } = await olga.request('GET', '/v1/operator/mail?limit=100')
      return (body['data'] as { subject: string; to: string }[]).filter(({ subject }) =>
        subject.startsWith('The ledger does not add up'),
      )
    }
    const before = (await mails()).length
    await corrupted(
      (client) => client.query(one.sql),
      async () => {
        const incremental = await run('incremental')
        expect(await openOnes()).toEqual(one.incremental)
        expect(incremental['discrepancies']).toBe(one.incremental.length)
        const full = await run('full')
        expect(new Set(await openOnes())).toEqual(new Set(one.kinds))
        expect(full['discrepancies']).toBeGreaterThanOrEqual(new Set(one.kinds).size)
        // The proof of everything in one statement agrees that something is wrong, where it looks for it.
        if (!/currency-differs|missing/.test(one.kinds.join()))
          expect((await reconcile(t.database.pool)).consistent).toBe(false)
        await run('full')
      },
    )
    const told = (await mails()).slice(0, (await mails()).length - before)
    expect(told.length).toBe(
      new Set(one.incremental).size > 0 && one.incremental.length < one.kinds.length ? 2 : 1,
    )
    expect(told[0]!.to).toBe(olga.email)
    await run('full')
    expect(await openOnes()).toEqual([])
    const { body } = await olga.request('GET', `${DISCREPANCIES}?state=resolved&limit=100`)
    for (const kind of one.kinds)
      expect((body['data'] as { kind: string }[]).map((row) => row.kind)).toContain(kind)
  })

  it('shows what the books say of a subject, to operators', async () => {
    const id = await pay('deposit', 'USD')
    const { status, body } = await olga.request('GET', `${DISCREPANCIES}/${id}/evidence`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ account: null, transaction: { id, amount: '10.00' } })
    expect(body['entries']).toHaveLength(2)
    const account = body['entries'][0].account_id as string
    const ofAccount = await olga.request('GET', `${DISCREPANCIES}/${account}/evidence`)
    expect(ofAccount.body).toMatchObject({ account: { id: account }, transaction: null })
    expect((await olga.request('GET', `${DISCREPANCIES}/${newId('txn')}/evidence`)).status).toBe(404)
  })

  it('pages through discrepancies and runs, and refuses what is no cursor or kind', async () => {
    const first = await olga.request('GET', `${DISCREPANCIES}?state=resolved&limit=1`)
    const cursor = String(first.body['next_cursor'])
    const second = await olga.request('GET', `${DISCREPANCIES}?state=resolved&limit=1&cursor=${cursor}`)
    expect(second.body['data'][0]).not.toEqual(first.body['data'][0])
    const runs = await olga.request('GET', `${RUNS}?limit=2&kind=incremental`)
    expect(new Set(runs.body['data'].map(({ kind }: { kind: string }) => kind))).toEqual(
      new Set(['incremental']),
    )
    for (const path of [`${RUNS}?cursor=nonsense`, `${RUNS}?kind=some`, `${DISCREPANCIES}?cursor=W10`])
      expect([path, (await olga.request('GET', path)).status]).toEqual([path, 422])
    expect((await olga.request('POST', RUNS, { body: { kind: 'some' } })).status).toBe(422)
  })

  it('writes who asked for a run into the audit log', async () => {
    const action = 'ledger.reconciliation_requested'
    const { body } = await olga.request('GET', `/v1/operator/audit-log?action=${action}&limit=1`)
    expect(body['data'][0]).toMatchObject({ action, actor: { label: olga.email } })
  })
})
