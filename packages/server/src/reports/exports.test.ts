import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../ids.ts'
import { createTestApp, signHeaders, type TestApp, type TestKey, type TestMember } from '../test-app.ts'

const ROWS = 20_000
let app: TestApp
let member: TestMember
let key: TestKey
let accountId: string

beforeAll(async () => {
  app = await createTestApp()
  await app.app.listen({ host: '127.0.0.1', port: 0 })
  member = await app.signUp()
  key = await app.createKey(member)
  const body = { type: 'deposit', amount: '1.00', currency: 'USD', description: '=1+1', metadata: { a: 1 } }
  const headers = { 'idempotency-key': newId('req') }
  const made = await app.signed(key, 'POST', '/v1/transactions', { body, headers })
  accountId = made.body.account_id
  // Many more like it, without their entries, which no file of transactions reads.
  await app.database.pool.query(
    `insert into transactions (id, workspace_id, mode, currency_type, currency, decimals, type, status, amount, sequence,
       account_id, debit_account_id, credit_account_id, created_by, effective_at, created_at, updated_at)
     select id || n, workspace_id, mode, currency_type, currency, decimals, type, status, amount, sequence + n, account_id,
       debit_account_id, credit_account_id, created_by, effective_at, created_at, updated_at
     from transactions, generate_series(1, $1) n where id = $2`,
    [ROWS - 1, made.body.id],
  )
})
afterAll(() => app.stop())

/** Begins a download and reads nothing of it yet. */
async function begin(path: string): Promise<IncomingMessage> {
  const headers = {
    ...signHeaders(key, { method: 'GET', path, payload: undefined, nowMs: app.clock.now() }),
    host: 'localhost:4747',
  }
  const { port } = app.app.server.address() as AddressInfo
  const request = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response.pause()
}
async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece
  return text
}
/** How many connections hold a snapshot open. */
async function snapshots(): Promise<number> {
  const { rows } = await app.database.pool.query<{ count: number }>(
    `select count(*)::integer from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
       and backend_xmin is not null`,
  )
  return rows[0]!.count
}
async function untilNone(): Promise<void> {
  const deadline = Date.now() + 10_000
  let open = await snapshots()
  while (open > 0 && Date.now() < deadline) {
    await new Promise((tick) => setImmediate(tick))
    open = await snapshots()
  }
  // What was seen, not what a second look would see: the log of another request may be written by then.
  expect(open).toBe(0)
}

describe('GET /v1/transactions/export', () => {
  it('holds every row that fits, newest first, in the shape of the list, to a key and to a member', async () => {
    const lines = (await textOf(await begin('/v1/transactions/export'))).trimEnd().split('\n')
    expect(lines).toHaveLength(ROWS)
    const listed = await app.signed(key, 'GET', '/v1/transactions?limit=100')
    expect(lines.slice(0, 100).map((line) => JSON.parse(line))).toEqual(listed.body.data)
    const sequences = lines.map((line) => JSON.parse(line).sequence)
    expect(sequences).toEqual([...sequences].sort((a, b) => b - a))
    const csv = await member.request('GET', '/v1/transactions/export?format=csv&description_contains=1')
    expect(csv.headers['content-disposition']).toBe('attachment; filename="transactions.csv"')
    const [head, row, end, ...more] = csv.text.split('\r\n')
    expect(head).toMatch(/^id,created_at,type,status,amount,currency,/)
    expect(row).toContain(`,deposit,pending,1.00,USD,${accountId},`)
    expect(row).toContain(`"'=1+1"`)
    expect(row?.split(',')[head?.split(',').indexOf('refunded') ?? -1]).toBe('0.00')
    expect(row).toContain('"{""a"":1}"')
    expect([end, more]).toEqual(['', []])
  })

  it('is of one moment: what changes while it is read is not in it', async () => {
    const response = await begin('/v1/transactions/export')
    await app.database.pool.query(
      `update transactions set description = 'changed later' where workspace_id = $1 and sequence < 100`,
      [member.workspaceId],
    )
    const text = await textOf(response)
    expect(text.trimEnd().split('\n')).toHaveLength(ROWS)
    expect(text).not.toContain('changed later')
    const again = await begin('/v1/transactions/export?description_contains=later')
    expect((await textOf(again)).split('\n')).toHaveLength(100)
  })

  it('reads no further than its reader, and lets go of the database when the reader leaves', async () => {
    const response = await begin('/v1/transactions/export')
    // The log row of an earlier request may be written for a moment beside it.
    await vi.waitFor(async () => expect(await snapshots()).toBe(1), 10_000)
    response.destroy()
    await untilNone()
  })

  it('four are under way for a workspace at most, and a place is free again when one ends', async () => {
    const running = await Promise.all([1, 2, 3, 4].map(() => begin('/v1/transactions/export')))
    const fifth = await app.signed(key, 'GET', '/v1/transactions/export')
    expect([fifth.status, fifth.body.code, fifth.headers['retry-after']]).toEqual([
      429,
      'too-many-at-once',
      '5',
    ])
    const other = await app.signUp('Other')
    expect((await other.request('GET', '/v1/transactions/export')).status).toBe(200)
    for (const response of running) response.destroy()
    await untilNone()
    expect((await app.signed(key, 'GET', '/v1/transactions/export?type=payout')).status).toBe(200)
  })

  it('a source that breaks cuts the connection, so that half a file never looks whole', async () => {
    const response = await begin('/v1/transactions/export')
    await app.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null`,
    )
    await expect(textOf(response)).rejects.toThrow('aborted')
    await untilNone()
  })

  it('bad input is refused', async () => {
    for (const text of ['format=xml', 'status=gone', 'amount_min=1.00', 'created_after=today'])
      expect((await app.signed(key, 'GET', `/v1/transactions/export?${text}`)).status).toBe(422)
  })
})

describe('GET /v1/accounts/:id/entries/export', () => {
  it('holds every entry as the list shows it, holds included', async () => {
    const path = `/v1/accounts/${accountId}/entries`
    const listed = await app.signed(key, 'GET', path)
    const file = await app.signed(key, 'GET', `${path}/export`)
    expect(
      file.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(listed.body.data)
    const csv = await app.signed(key, 'GET', `${path}/export?format=csv`)
    expect(csv.text.split('\r\n')[1]).toMatch(/,hold,USD,0\.00,1\.00,0\.00,0\.00,1\.00,0\.00,0\.00$/)
    expect((await app.signed(key, 'GET', '/v1/accounts/acc_none/entries/export')).status).toBe(404)
  })
})
