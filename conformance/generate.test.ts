import { createHmac, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { verifySignature } from 'http-message-sig'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import type { RequestCase } from './build-request.ts'
import { conformanceFiles, requestCases } from './generate.ts'
import { keys } from './keys.ts'
import { webhookCases } from './webhook-cases.ts'

const AUTHORITY = 'https://api.example.com'
const cases = requestCases()
const accepted = cases.filter((each) => 'accepted' in each.expect)

it('the committed files are what the generator writes', () => {
  const stale = Object.entries(conformanceFiles()).filter(
    ([name, text]) => readFileSync(new URL(name, import.meta.url), 'utf8') !== text,
  )
  expect(stale.map(([name]) => name)).toEqual([])
})

it('requests.json holds to its published schema', () => {
  const schema = JSON.parse(readFileSync(new URL('requests.schema.json', import.meta.url), 'utf8')) as object
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema)
  const data = JSON.parse(conformanceFiles()['requests.json']!) as { cases: { expect: object }[] }
  validate(data)
  expect(validate.errors).toBeNull()
  data.cases[0]!.expect = {}
  expect(validate(data)).toBe(false)
})

it('there are enough cases of either kind', () => {
  expect(accepted.length).toBeGreaterThanOrEqual(40)
  expect(cases.length - accepted.length).toBeGreaterThanOrEqual(120)
})

it('no two independent requests share a nonce under one key, so one nonce store serves all', () => {
  const seen = new Set<string>()
  const repeated: string[] = []
  for (const { name, after, request } of cases) {
    const input = request.headers.find(([header]) => header.toLowerCase() === 'signature-input')?.[1] ?? ''
    const nonce = /nonce="([^"]*)"/.exec(input)?.[1]
    if (after || !nonce) continue
    const used = `${/keyid="([^"]*)"/.exec(input)?.[1]} ${nonce}`
    if (seen.has(used)) repeated.push(name)
    seen.add(used)
  }
  expect(repeated).toEqual([])
})

it('every replay names an accepted case that comes before it', () => {
  const repeated = cases.flatMap(({ after }) => after ?? [])
  expect(repeated.length).toBeGreaterThan(0)
  expect(accepted.map(({ name }) => name)).toEqual(expect.arrayContaining(repeated))
})

describe('an independent library (http-message-sig) agrees', () => {
  /** Verifies the case's request with the case's key, by RFC 9421 alone: without this profile's own rules. */
  async function check({ request }: RequestCase, publicKey: string, secretIndex: number | null) {
    const key = Object.values(keys).find((each) => each.public_key === publicKey)!
    await verifySignature(
      {
        kind: 'request',
        method: request.method,
        targetUri: `${AUTHORITY}${request.target}`,
        requestTarget: request.target,
        fields: request.headers.map(([name, value]) => ({ name, value })),
      },
      {
        label: labelOf(request),
        policy: {
          algorithms: [key.algorithm],
          requiredComponents: ['@method', '@authority', '@path', '@query'],
          requiredParameters: ['created', 'nonce', 'keyid'],
          now: 1763856000,
          maxAge: 300,
          clockSkew: 30,
        },
        resolveVerifier: () => ({
          algorithm: key.algorithm,
          verify: (data, signature) =>
            secretIndex === null
              ? verify(null, data, createPublicKey(key.ed25519_private_key_pem!), signature)
              : createHmac('sha256', key.secret_keys[secretIndex]!).update(data).digest().equals(signature),
        }),
      },
    )
  }

  /** Ours is the one that is not the proxy's. */
  const labelOf = (request: RequestCase['request']) =>
    request.headers
      .filter(([name]) => name.toLowerCase() === 'signature-input')
      .flatMap(([, value]) => [...value.matchAll(/(?:^|, )([^ =,]+)=\(/g)].map((match) => match[1]!))
      .find((label) => label !== 'proxy')

  it.each(accepted)('$name', async (each) => {
    const { public_key, secret_key_index } = each.expect as Extract<RequestCase['expect'], { accepted: true }>
    await expect(check(each, public_key, secret_key_index)).resolves.toBeUndefined()
  })
})

describe('webhook cases', () => {
  it('the accepted v1 cases are what the standardwebhooks package would sign', () => {
    let compared = 0
    for (const { now, secrets, headers, body_base64, expect: expected } of webhookCases()) {
      const [id, timestamp, signature] = headers.slice(1).map(([, value]) => value)
      const body = Buffer.from(body_base64, 'base64')
      // The package reads bodies as UTF-8 text only.
      if (!('accepted' in expected) || secrets.length === 0 || !Buffer.from(body.toString()).equals(body))
        continue
      const signatures = secrets.map((secret) =>
        new Webhook(secret).sign(id!, new Date(Number(timestamp) * 1000), body),
      )
      expect(signatures.some((each) => signature!.split(' ').includes(each))).toBe(true)
      expect(now).toBe(1763856000)
      compared += 1
    }
    expect(compared).toBeGreaterThanOrEqual(12)
  })
})
