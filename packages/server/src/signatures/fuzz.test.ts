import fc from 'fast-check'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Problem } from '../problems.ts'
import { createTestApp, type TestApp } from '../test-app.ts'
import { parseSignature } from './parse-signature.ts'
import {
  assertReferenceAccepts,
  fuzzVerifier,
  hostileRequest,
  rightRequest,
  signatureHeader,
  signatureInputHeader,
} from './test-fuzz.ts'
import type { RawRequest } from './test-verifier.ts'

/** How long all of it looks for new inputs, besides the fixed ones. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 50)
/** FUZZ_SEED repeats a run that failed; without it every run looks elsewhere. */
const NEW_SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 0x7fffffff)
const FIXED_SEEDS = [1, 2, 3, 4]
const ANSWER_TIMEOUT_MS = 5_000
const PATIENCE_MS = 200
const SHARES = { parser: 0.15, right: 0.15, hostile: 0.45, sockets: 0.25 }

/** The fixed seeds first, the same inputs in every run; then a new seed until its share of the time is used. */
async function fuzz<T>(
  name: keyof typeof SHARES,
  { inputs, fixedRuns }: { inputs: fc.Arbitrary<T>; fixedRuns: number },
  check: (input: T) => unknown,
): Promise<number> {
  let count = 0
  const property = fc.asyncProperty(inputs, async (input) => {
    count += 1
    await check(input)
  })
  for (const seed of FIXED_SEEDS) await fc.assert(property, { seed, numRuns: fixedRuns })
  const seconds = SECONDS * SHARES[name]
  if (seconds > 0)
    await fc.assert(property, {
      seed: NEW_SEED,
      numRuns: 100_000_000,
      interruptAfterTimeLimit: seconds * 1000,
      markInterruptAsFailure: false,
    })
  process.stdout.write(`fuzz ${name}: ${count} inputs, FUZZ_SEED=${NEW_SEED}\n`)
  return count
}

type Outcome = { code: string; status: number }
async function outcome(send: ReturnType<typeof fuzzVerifier>, request: RawRequest): Promise<Outcome> {
  try {
    await send(request)
    return { code: 'accepted', status: 200 }
  } catch (error) {
    // Anything but a problem fails the run with the input that made it.
    if (!(error instanceof Problem)) throw error
    expect(error.status).toBeLessThan(500)
    return error
  }
}

const TIMEOUT_MS = SECONDS * 1000 + 120_000

describe('whatever is sent', () => {
  it(
    'the parser of the signature headers reads it or says signature-malformed',
    async () => {
      let read = 0
      const inputs = fc.tuple(signatureInputHeader, signatureHeader)
      await fuzz('parser', { inputs, fixedRuns: 1_000 }, ([input, signature]) => {
        try {
          const parsed = parseSignature(input, signature)
          read += 1
          expect([typeof parsed.created, typeof parsed.nonce, typeof parsed.keyId]).toEqual([
            'number',
            'string',
            'string',
          ])
        } catch (error) {
          if (!(error instanceof Problem)) throw error
          expect(error.code).toBe('signature-malformed')
        }
      })
      expect(read).toBeGreaterThan(0)
    },
    TIMEOUT_MS,
  )

  it(
    'a request signed in any way that the profile allows passes, once',
    async () => {
      await fuzz('right', { inputs: rightRequest, fixedRuns: 300 }, async (request) => {
        const send = fuzzVerifier()
        expect((await outcome(send, request)).code).toBe('accepted')
        expect((await outcome(send, request)).code).toBe('signature-replayed')
        await assertReferenceAccepts(request)
      })
    },
    TIMEOUT_MS,
  )

  it(
    'the verifier accepts only what an independent library accepts, and refuses by name',
    async () => {
      const seen = new Map<string, number>()
      await fuzz('hostile', { inputs: hostileRequest, fixedRuns: 2_000 }, async (request) => {
        const { code } = await outcome(fuzzVerifier(), request)
        seen.set(code, (seen.get(code) ?? 0) + 1)
        if (code === 'accepted') await assertReferenceAccepts(request)
      })
      // Inputs that never come past the parser, or never fail, would prove nothing.
      for (const code of [
        'accepted',
        'signature-malformed',
        'signature-invalid',
        'digest-mismatch',
        'key-unknown',
      ])
        expect([code, (seen.get(code) ?? 0) > 20]).toEqual([code, true])
    },
    TIMEOUT_MS,
  )
})

describe('whatever bytes arrive on a connection', () => {
  let t: TestApp
  let port: number
  beforeAll(async () => {
    t = await createTestApp({ FAILURES_PER_MINUTE: '1000000' })
    await t.app.listen({ host: '127.0.0.1', port: 0 })
    port = (t.app.server.address() as AddressInfo).port
  })
  afterAll(() => t.stop())

  it(
    'the server answers each, and never that the fault is its own',
    async () => {
      const bytes = fc.oneof(
        { weight: 8, arbitrary: fc.oneof(rightRequest, hostileRequest).map(wire) },
        {
          weight: 1,
          arbitrary: fc
            .uint8Array({ minLength: 1, maxLength: 200 })
            .map((array): Wire => ({ bytes: Buffer.from(array), complete: false })),
        },
      )
      const seen = new Set<number>()
      await fuzz('sockets', { inputs: bytes, fixedRuns: 100 }, async (input) => {
        const answer = await exchange(port, input)
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
        seen.add(status)
        // A request that we ended before its announced length may be let go without an answer.
        if (status === 0) expect(input.complete).toBe(false)
        else expect(answer).toMatch(/^HTTP\/1\.1 [24]/)
      })
      expect(seen.size).toBeGreaterThan(1)
    },
    TIMEOUT_MS,
  )
})

type Wire = { bytes: Buffer; complete: boolean }

function wire({ method, target, headers, body_base64 }: RawRequest): Wire {
  const body = Buffer.from(body_base64 ?? '', 'base64')
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const lengths = headers.filter(([name]) => /^content-length$/i.test(name)).map(([, value]) => value)
  return {
    bytes: Buffer.concat([
      Buffer.from(`${method} ${target} HTTP/1.1\r\nConnection: close\r\n${head}\r\n`, 'latin1'),
      body,
    ]),
    complete: lengths.every((length) => /^\d+$/.test(length) && Number(length) <= body.length),
  }
}

/** Sends bytes and gives what is answered until the connection ends; one that may not be whole is ended by us. */
function exchange(port: number, { bytes, complete }: Wire): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let answer = ''
    const patience = setTimeout(() => complete || socket.end(), PATIENCE_MS)
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')))
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('close', () => {
      clearTimeout(patience)
      resolve(answer)
    })
    // A refused upload is not drained: what we still write may meet a closed connection after the answer.
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)))
    socket.write(bytes)
  })
}
