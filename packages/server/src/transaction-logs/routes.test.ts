import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../ids.ts'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { csvField } from '../http/csv.ts'
import { testRecord } from './test-record.ts'

let server: TestApp
let member: TestMember
let stranger: TestMember
let key: TestKey
let cryptoKey: TestKey
beforeAll(async () => {
  server = await createTestApp()
  member = await server.signUp('Ada')
  stranger = await server.signUp('Eve')
  key = await server.createKey(member)
  cryptoKey = await server.createKey(member, { currency_type: 'crypto' })
})
afterAll(() => server.stop())

/** A request of the key that is in the log. @returns its id */
async function logged(path = '/v1/me?access_token=hunter2', signer = key): Promise<string> {
  const answer = await server.signed(signer, 'GET', path)
  await server.requestLog.flush()
  return answer.headers['request-id'] as string
}

const ids = (body: Record<string, any>) => (body.data as { id: string }[]).map(({ id }) => id)

describe('GET /v1/transaction-logs', () => {
  test('a signed request is in the list of its key and of its members', async () => {
    const id = await logged()
    const seen = await member.request('GET', '/v1/transaction-logs?limit=1')
    expect(seen.status).toBe(200)
    expect(seen.body.data).toEqual([
      expect.objectContaining({
        id,
        api_key_id: key.id,
        mode: 'test',
        currency_type: 'fiat',
        method: 'GET',
        path: '/v1/me',
        status: 200,
        code: null,
        request_count: 1,
        created_at: expect.stringMatching(/Z$/),
      }),
    ])
    expect(ids((await server.signed(key, 'GET', '/v1/transaction-logs')).body)).toContain(id)
  })

  test('pages go on where the one before ended', async () => {
    for (let index = 0; index < 5; index += 1) await logged()
    const first = await member.request('GET', '/v1/transaction-logs?limit=2&path=/v1/me')
    const second = await member.request(
      'GET',
      `/v1/transaction-logs?limit=2&path=/v1/me&cursor=${first.body.next_cursor}`,
    )
    expect(new Set([...ids(first.body), ...ids(second.body)]).size).toBe(4)
  })

  test('each filter that the API names is honoured', async () => {
    const id = await logged('/v1/accounts-unknown')
    const found = async (query: string) =>
      ids((await member.request('GET', `/v1/transaction-logs?limit=100&${query}`)).body).includes(id)
    const yes = ['status=404', 'status_class=4xx', 'code=not-found', 'path=/v1/accounts-unknown', `id=${id}`]
    yes.push('path_contains=nts-unk', 'method=get', `api_key_id=${key.id}`, 'currency_type=fiat')
    yes.push('created_after=2020-01-01T00:00:00Z')
    for (const query of yes) expect([query, await found(query)]).toEqual([query, true])
    const no = ['status=200', 'status_class=2xx', 'code=none', 'path=/v1/me', `id=${newId('req')}`]
    no.push('path_contains=zzz', 'method=POST', 'api_key_id=key_x', 'currency_type=crypto')
    no.push('created_before=2020-01-01T00:00:00Z')
    for (const query of no) expect([query, await found(query)]).toEqual([query, false])
  })

  test.each([
    'limit=0',
    'cursor=nonsense',
    'status=x',
    'status_class=9xx',
    'path_contains=ab',
    'id=req_1',
    'created_after=x',
  ])('refuses %s as invalid input', async (query) => {
    const answer = await member.request('GET', `/v1/transaction-logs?${query}`)
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid-input'])
  })

  test('nobody reads it without a credential, nor a key without its scope', async () => {
    const anonymous = await server.app.inject({
      url: '/v1/transaction-logs',
      headers: { host: 'localhost:4747' },
    })
    expect(anonymous.statusCode).toBe(401)
    const narrow = await server.createKey(member, { scopes: ['balances:read'] })
    const answer = await server.signed(narrow, 'GET', '/v1/transaction-logs')
    expect([answer.status, answer.body.code]).toEqual([403, 'scope-missing'])
  })

  test('another workspace, the other mode and the other currency type see nothing of it', async () => {
    const id = await logged()
    expect(ids((await stranger.request('GET', '/v1/transaction-logs')).body)).toEqual([])
    expect(ids((await member.request('GET', '/v1/transaction-logs', { mode: 'production' })).body)).toEqual(
      [],
    )
    expect(ids((await server.signed(cryptoKey, 'GET', '/v1/transaction-logs?limit=100')).body)).not.toContain(
      id,
    )
  })
})

describe('GET /v1/transaction-logs/:id', () => {
  test('shows what was sent and answered, with secrets marked', async () => {
    const id = await logged()
    const { status, body, text } = await member.request('GET', `/v1/transaction-logs/${id}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ id, query: 'access_token=[redacted]', secret_version: 1 })
    expect(body.request.headers.map(([name]: [string]) => name.toLowerCase())).toContain('signature-input')
    expect(JSON.parse(body.response.body.text)).toMatchObject({ mode: 'test' })
    expect(text).not.toContain('hunter2')
  })

  test('a refused signature keeps the base that the server computed, and no body', async () => {
    const wrong = { publicKey: key.publicKey, secretKey: `${key.secretKey}x` }
    const answer = await server.signed(wrong, 'POST', '/v1/transactions', { body: { amount: '1' } })
    expect([answer.status, answer.body.code]).toEqual([401, 'signature-invalid'])
    await server.requestLog.flush()
    const { body } = await member.request(
      'GET',
      `/v1/transaction-logs/${String(answer.headers['request-id'])}`,
    )
    expect(body).toMatchObject({ status: 401, code: 'signature-invalid', secret_version: null })
    expect(body.request.body).toBeNull()
    expect(body.diagnosis.signature_base).toContain('"@method": POST')
    expect(body.diagnosis.likely_cause).toEqual(expect.any(String))
  })

  test.each([
    'another workspace',
    'the other mode',
    'the other currency type',
    'an unknown id',
    'no id at all',
  ])('answers 404 to %s', async (who) => {
    const id = await logged()
    const answers = {
      'another workspace': () => stranger.request('GET', `/v1/transaction-logs/${id}`),
      'the other mode': () => member.request('GET', `/v1/transaction-logs/${id}`, { mode: 'production' }),
      'the other currency type': () => server.signed(cryptoKey, 'GET', `/v1/transaction-logs/${id}`),
      'an unknown id': () => member.request('GET', `/v1/transaction-logs/${newId('req')}`),
      'no id at all': () => member.request('GET', '/v1/transaction-logs/nonsense'),
    }
    const answer = await answers[who as keyof typeof answers]()
    expect([answer.status, answer.body.code]).toEqual([404, 'not-found'])
  })
})

describe('GET /v1/transaction-logs/histogram', () => {
  type Bucket = Record<'2xx' | '3xx' | '4xx' | '5xx' | 'forwarded', number>
  const total = (body: Record<string, any>) =>
    (body.data as Bucket[]).reduce(
      (sum, bucket) => sum + bucket['2xx'] + bucket['3xx'] + bucket['4xx'] + bucket['5xx'] + bucket.forwarded,
      0,
    )

  test('counts what the list lists, by class of status, for members and for keys', async () => {
    await logged('/v1/histogram-unknown')
    await logged('/v1/histogram-unknown')
    const path = '/v1/transaction-logs/histogram?path=/v1/histogram-unknown'
    const { status, body } = await member.request('GET', path)
    expect([status, total(body), body.exact]).toEqual([200, 2, true])
    expect((body.data as Bucket[]).reduce((sum, bucket) => sum + bucket['4xx'], 0)).toBe(2)
    expect(total((await server.signed(key, 'GET', path)).body)).toBe(2)
    expect(total((await member.request('GET', `${path}&status_class=2xx`)).body)).toBe(0)
    const narrow = await member.request('GET', `${path}&buckets=5`)
    expect(narrow.body.data.length).toBeLessThanOrEqual(5)
  })

  test.each(['buckets=0', 'buckets=201', 'created_after=x', 'status_class=9xx', 'path_contains=ab'])(
    'refuses %s as invalid input',
    async (query) => {
      const answer = await member.request('GET', `/v1/transaction-logs/histogram?${query}`)
      expect([answer.status, answer.body.code]).toEqual([422, 'invalid-input'])
    },
  )

  test('another workspace, the other mode and the other currency type count nothing of it', async () => {
    await logged('/v1/histogram-hidden')
    const path = '/v1/transaction-logs/histogram?path=/v1/histogram-hidden'
    expect(total((await stranger.request('GET', path)).body)).toBe(0)
    expect(total((await member.request('GET', path, { mode: 'production' })).body)).toBe(0)
    expect(total((await server.signed(cryptoKey, 'GET', path)).body)).toBe(0)
    expect(total((await member.request('GET', path)).body)).toBe(1)
  })

  test('nobody counts without a credential, nor a key without its scope', async () => {
    const url = '/v1/transaction-logs/histogram'
    const anonymous = await server.app.inject({ url, headers: { host: 'localhost:4747' } })
    expect(anonymous.statusCode).toBe(401)
    const narrow = await server.createKey(member, { scopes: ['balances:read'] })
    const answer = await server.signed(narrow, 'GET', url)
    expect([answer.status, answer.body.code]).toEqual([403, 'scope-missing'])
  })
})

describe('GET /v1/transaction-logs/export', () => {
  test('gives every matching row as NDJSON or CSV, across its own pages', async () => {
    const workspaceId = stranger.workspaceId
    for (let index = 0; index < 2_500; index += 1) server.requestLog.record(testRecord({ workspaceId }))
    await server.requestLog.flush()
    const ndjson = await server.app.inject({
      url: '/v1/transaction-logs/export?status_class=2xx',
      headers: { host: 'localhost:4747', cookie: stranger.cookie },
    })
    const rows = ndjson.body.trim().split('\n')
    expect(new Set(rows.map((row) => (JSON.parse(row) as { id: string }).id)).size).toBe(2_500)
    const csv = await stranger.request('GET', '/v1/transaction-logs/export?format=csv')
    expect(csv.text.trim().split('\r\n')).toHaveLength(2_501)
    expect(csv.headers['content-disposition']).toBe('attachment; filename="transaction-logs.csv"')
    const none = await member.request('GET', '/v1/transaction-logs/export?format=csv&path=/v1/never')
    expect(none.text.trim().split('\r\n')).toHaveLength(1)
    expect((await member.request('GET', '/v1/transaction-logs/export?format=xml')).status).toBe(422)
  })

  test('a spreadsheet runs nothing that a caller put into a path', () => {
    expect(csvField('=HYPERLINK("http://x")')).toBe(`"'=HYPERLINK(""http://x"")"`)
    expect(csvField('@x')).toBe(`"'@x"`)
    expect(csvField('/v1/me')).toBe('/v1/me')
  })
})

describe('GET /v1/transaction-logs/stream', () => {
  let base: string
  beforeAll(async () => {
    await server.app.listen({ port: 0, host: '127.0.0.1' })
    base = `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`
  })

  /** Opens a stream over a real connection. `until` resolves with the text so far once it holds something. */
  async function open(query = '', headers: Record<string, string> = {}, who = member) {
    const abort = new AbortController()
    const answer = await fetch(`${base}/v1/transaction-logs/stream${query}`, {
      headers: { cookie: who.cookie, ...headers },
      signal: abort.signal,
    })
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    return {
      answer,
      async until(wanted: string): Promise<string> {
        while (!text.includes(wanted)) {
          const { value, done } = await reader.read()
          if (done) throw new Error(`the stream ended without ${wanted}: ${text}`)
          text += value
        }
        return text
      },
      async ended(): Promise<void> {
        while (!(await reader.read()).done);
      },
      close: () => abort.abort(),
    }
  }

  test('shows a new row at once, only what the filter takes, and only of the own workspace', async () => {
    const [mine, filtered, foreign] = await Promise.all([open(), open('?status=404'), open('', {}, stranger)])
    expect(mine.answer.headers.get('content-type')).toContain('text/event-stream')
    await Promise.all([mine, filtered, foreign].map((stream) => stream.until('connected')))
    const id = await logged()
    const missing = await logged('/v1/nothing')
    expect(await mine.until(`id: ${missing}`)).toContain(
      `id: ${id}\nevent: transaction_log\ndata: {"id":"${id}"`,
    )
    expect(await filtered.until(missing)).not.toContain(id)
    const own = testRecord({ workspaceId: stranger.workspaceId })
    await server.requestLog.recordDurably(own)
    expect(await foreign.until(own.id)).not.toContain(id)
    for (const stream of [mine, filtered, foreign]) stream.close()
  })

  test('goes on after the last event that was seen', async () => {
    const [first, second, third] = [await logged(), await logged(), await logged()]
    const stream = await open('', { 'last-event-id': first })
    const text = await stream.until(third)
    expect(text.indexOf(second)).toBeLessThan(text.indexOf(third))
    expect(text).not.toContain(`id: ${first}\n`)
    stream.close()
  })

  test('says that there is a gap where more was missed than it repeats, and still goes on', async () => {
    const eve = await server.signUp('Grace')
    const { workspaceId } = eve
    const first = testRecord({ workspaceId, createdAt: Date.now() - 60_000 })
    await server.requestLog.recordDurably(first)
    const few = await open('', { 'last-event-id': first.id }, eve)
    expect(await few.until('connected')).not.toContain('event: gap')
    few.close()
    for (let index = 0; index < 1_001; index += 1) server.requestLog.record(testRecord({ workspaceId }))
    await server.requestLog.flush()
    const many = await open('', { 'last-event-id': first.id }, eve)
    await many.until('event: gap\n')
    const next = testRecord({ workspaceId })
    await server.requestLog.recordDurably(next)
    await many.until(`id: ${next.id}`)
    many.close()
  })

  test('a slow request that began long before the last event and ended after it is not missed', async () => {
    const eve = await server.signUp('Hedy')
    const { workspaceId } = eve
    const seen = testRecord({ workspaceId })
    await server.requestLog.recordDurably(seen)
    const slow = testRecord({ workspaceId, createdAt: Date.now() - 25_000 })
    await server.requestLog.recordDurably(slow)
    const stream = await open('', { 'last-event-id': seen.id }, eve)
    expect(await stream.until(`id: ${slow.id}`)).not.toContain('event: gap')
    stream.close()
  })

  test('ends when the session does', async () => {
    const eve = await server.signUp('Mallory')
    const stream = await open('', {}, eve)
    await stream.until('connected')
    await server.app.inject({
      method: 'POST',
      url: '/auth/sign-out',
      headers: { host: 'localhost:4747', origin: 'http://localhost:4747', cookie: eve.cookie },
    })
    server.clock.advance(11_000)
    await expect(stream.ended()).resolves.toBeUndefined()
  })

  test('a workspace has a limit of open streams', async () => {
    const streams = await Promise.all(Array.from({ length: 20 }, () => open()))
    const one = await open()
    expect(one.answer.status).toBe(409)
    for (const stream of [...streams, one]) stream.close()
  })
})
