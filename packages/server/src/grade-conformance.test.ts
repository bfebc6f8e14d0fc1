import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badRequests, foreignRequests } from '../../../conformance/bad-requests.ts'
import { malformedRequests } from '../../../conformance/bad-shape.ts'
import { buildRequest, server, type Draft } from '../../../conformance/build-request.ts'
import { goodRequests } from '../../../conformance/good-requests.ts'
import { keys, type ConformanceKey } from '../../../conformance/keys.ts'
import { rawRequest } from '../../cli/src/conformance-kit.ts'
import { targetFault } from './http/raw-request.ts'
import { newId } from './ids.ts'
import { secretName } from './keys/key-cache.ts'
import { insertKey } from './keys/queries.ts'
import { GRADED_PATH } from './signatures/grade-routes.ts'
import { createTestApp, type TestApp } from './test-app.ts'

const NOW_MS = server.now * 1000
const GRADES_OF_AN_ADDRESS = 100

let t: TestApp

beforeAll(async () => {
  t = await createTestApp({
    PUBLIC_URL: server.public_url,
    TRUST_PROXY: '127.0.0.1',
    SMTP_URL: 'smtp://127.0.0.1:1',
    FAILURES_PER_MINUTE: '1000000',
  })
  t.clock.advance(NOW_MS - t.clock.now())
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  for (const key of Object.values(keys)) if (key.status !== 'absent') await store(key)
})
afterAll(() => t.stop())

/** Puts a key of the kit into the database, as it would lie there. */
async function store(key: ConformanceKey): Promise<void> {
  const { pool } = t.database
  const id = newId('key')
  const past = new Date(NOW_MS - 1000)
  await insertKey(pool, {
    id,
    workspace_id: 'wks_conformance',
    public_key: key.public_key,
    name: key.name,
    mode: key.mode,
    currency_type: 'fiat',
    algorithm: key.algorithm,
    scopes: [],
    ip_allowlist: [],
    rate_limit_per_minute: 1,
    expires_at: key.status === 'expired' ? past : null,
    created_at: past,
    created_by_kind: 'member',
    created_by_id: 'usr_conformance',
    created_by_name: 'conformance',
  })
  if (key.status === 'disabled') await pool.query('update api_keys set enabled = false where id = $1', [id])
  if (key.status === 'revoked')
    await pool.query('update api_keys set revoked_at = $2 where id = $1', [id, past])
  const secrets = [...key.secret_keys, ...key.retired_secret_keys]
  const addSecret = (version: number, secret: string | null, expiresAt: Date | null) =>
    pool.query(
      `insert into api_key_secrets (api_key_id, version, sealed, ed25519_public_key, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [
        id,
        version,
        secret === null
          ? null
          : t.sealer.seal(Buffer.from(secret), secretName({ keyId: id, mode: key.mode, version })),
        secret === null ? Buffer.from(key.ed25519_public_key_base64 as string, 'base64') : null,
        past,
        expiresAt,
      ],
    )
  if (secrets.length === 0) await addSecret(1, null, null)
  for (const [index, secret] of secrets.entries()) {
    const ends = index === 0 ? null : index < key.secret_keys.length ? new Date(NOW_MS + 60_000) : past
    await addSecret(secrets.length - index, secret, ends)
  }
  await pool.query('update api_keys set secret_version = $2 where id = $1', [id, Math.max(1, secrets.length)])
}

/** The case as its signer would send it to be graded: everything is as it was but the path. Null: it cannot be. */
function aimed(draft: Draft): Draft | null {
  const { target = '/v1/me', method = 'GET' } = draft
  // These the router answers, or the parser; a HEAD has no answer to read.
  if (draft.directOnly || targetFault(target) !== null || method === 'HEAD' || method === 'OPTIONS')
    return null
  const question = target.indexOf('?')
  return { ...draft, target: GRADED_PATH + (question < 0 ? '' : target.slice(question)) }
}

type Graded = { status: number; body: Record<string, any> }
let sent = 0

/** Byte by byte over a connection, as a proxy would pass it on. */
function send(request: ReturnType<typeof buildRequest>['request']): Promise<Graded> {
  const address = `203.0.113.${Math.floor(sent++ / GRADES_OF_AN_ADDRESS)}`
  const headers: [string, string][] = [
    ...request.headers,
    ['X-Forwarded-For', address],
    ['Connection', 'close'],
  ]
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect((t.app.server.address() as AddressInfo).port, '127.0.0.1')
    socket
      .on('data', (bytes) => (text += bytes.toString('latin1')))
      .on('error', reject)
      .on('close', () => {
        const json = /\r\n\r\n(?:[0-9a-f]+\r\n)?(\{.*\})/s.exec(text)?.[1] ?? '{}'
        resolve({
          status: Number(text.split(' ')[1]),
          body: JSON.parse(Buffer.from(json, 'latin1').toString()),
        })
      })
    socket.write(rawRequest({ ...request, headers }))
  })
}

const STEPS_OF: Record<string, string> = {
  'signature-missing': 'headers',
  'signature-malformed': 'headers parse coverage base',
  'body-not-allowed': 'body',
  'content-encoding-unsupported': 'body',
  'signature-expired': 'time',
  'key-unknown': 'key',
  'key-expired': 'key',
  'key-disabled': 'key',
  'key-revoked': 'key',
  'signature-invalid': 'authority algorithm signature',
  'digest-mismatch': 'digest',
}

/** What a case must be graded. Grading asks for no nonce, and for keys of Test Mode only. */
function expectedCode(code: string | null, draft: Draft): string | null {
  if (code === 'signature-replayed') return null
  if (draft.key?.mode === 'production' && (code === null || code === 'signature-invalid'))
    return 'key-unknown'
  return code
}

type Case = { name: string; draft: Draft; code: string | null }
const cases: Case[] = [
  ...Object.entries(goodRequests).map(([name, draft]) => ({ name, draft, code: null })),
  ...Object.entries(malformedRequests).map(([name, draft]) => ({ name, draft, code: 'signature-malformed' })),
  ...Object.entries(foreignRequests).map(([name, draft]) => ({ name, draft, code: 'signature-invalid' })),
  ...Object.entries(badRequests).flatMap(([code, drafts]) =>
    Object.entries(drafts).map(([name, draft]) => ({ name, draft, code })),
  ),
].flatMap(({ name, draft, code }) => {
  const sendable = aimed(draft)
  return sendable ? [{ name, draft: sendable, code: expectedCode(code, draft) }] : []
})

describe('the cases of the conformance kit, each sent to be graded', () => {
  it('are nearly all of them', () => {
    expect(cases.filter(({ code }) => code === null).length).toBeGreaterThanOrEqual(60)
    expect(cases.filter(({ code }) => code !== null).length).toBeGreaterThanOrEqual(210)
  })

  it('are graded with the code that another route would refuse them with, at the step that says so', async () => {
    const wrong: unknown[] = []
    for (const { name, draft, code } of cases) {
      const built = buildRequest(name, draft)
      const { status, body } = await send(built.request)
      const steps = (body['steps'] ?? []) as { name: string; status: string }[]
      const failed = steps.filter((step) => step.status === 'failed').map((step) => step.name)
      const unreached = steps.findIndex((step) => step.status === 'not_reached')
      const isRight =
        code === null
          ? body['verifies'] === true && failed.length === 0 && body['signature_base'] === built.base
          : body['verifies'] === false &&
            failed.length === 1 &&
            STEPS_OF[code]!.split(' ').includes(failed[0]!) &&
            (unreached < 0 || steps[unreached - 1]!.name === failed[0]) &&
            body['secret_version'] === (failed[0] === 'digest' ? body['secret_version'] : null)
      if (status !== 200 || body['code'] !== code || !isRight) wrong.push({ name, code, status, body })
    }
    expect(wrong).toEqual([])
  })

  it('leave nothing behind: no row of a log, no caller, no use of a key', async () => {
    await t.requestLog.close()
    await t.lastUse.flush()
    for (const table of ['transaction_logs', 'api_key_callers', 'idempotency_keys', 'early_nonces']) {
      const { rows } = await t.database.pool.query(`select count(*)::int as count from ${table}`)
      expect([table, rows[0].count]).toEqual([table, 0])
    }
  })
})
