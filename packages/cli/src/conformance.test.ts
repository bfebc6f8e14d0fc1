import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { rawRequest, readKit } from './conformance-kit.ts'
import { makeUser } from './test-world.ts'

const kit = readKit()
const accepted = kit.cases.filter(({ expect: expected }) => expected.accepted)
const user = makeUser({ PATH: process.env['PATH'] ?? '' })
const folder = mkdtempSync(join(tmpdir(), 'countersign-kit-'))
const example = fileURLToPath(new URL('../../../conformance/examples/signer.mjs', import.meta.url))
const node = JSON.stringify(process.execPath)
const LIMIT_MS = 120_000

type Report = {
  passed: number
  failed: number
  unsupported: number
  skipped: number
  cases: { name: string; result: string; detail: string | null }[]
}

/** A program of somebody's own, from its text. */
function program(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return `${node} ${JSON.stringify(file)}`
}

async function grade(...args: string[]): Promise<{ code: number; report: Report; err: string }> {
  const { code, out, err } = await user.run(['conformance', '--json', ...args])
  return { code, err, report: (out === '' ? {} : JSON.parse(out)) as Report }
}

const fileText = readFileSync(example, 'utf8')
const broken = (name: string, from: string, to: string) => {
  expect(fileText).toContain(from)
  return program(name, fileText.replace(from, to))
}

describe('countersign conformance --signer', () => {
  it('passes the example of the documents in every good case', { timeout: LIMIT_MS }, async () => {
    const { code, report, err } = await grade('--signer', `${node} ${JSON.stringify(example)}`)
    expect(err).toBe('')
    expect(report.cases.filter(({ result }) => result !== 'passed')).toEqual([])
    expect(report.passed).toBe(accepted.length)
    expect(code).toBe(0)
  })

  it.each([
    ['signs with hex', "signature.toString('base64')", "signature.toString('hex')", 'Signature is'],
    ['ends the base with a line feed', ".join('\\n'))", ".join('\\n') + '\\n')", 'Signature is'],
    ['names another key', 'const text =', "parameters.keyid = 'x'\nconst text =", 'Signature-Input differs'],
    [
      'digests another body',
      '.update(Buffer.from(request',
      ".update('x').update(Buffer.from(request",
      'Content-Digest is',
    ],
  ])('fails one that %s, and says where', { timeout: LIMIT_MS }, async (name, from, to, wanted) => {
    const { code, report } = await grade(
      '--only',
      'POST with JSON',
      '--signer',
      broken(`${name}.mjs`, from, to),
    )
    expect(report).toMatchObject({ passed: 0, failed: 2 })
    expect(report.cases[0]!.detail).toContain(wanted)
    expect(code).toBe(1)
  })

  it('counts what a signer says that it cannot do, and fails one that can nothing', async () => {
    const nothing = program('nothing.mjs', `console.log('{"unsupported":"not yet"}')`)
    const { code, report } = await grade('--only', 'HEAD', '--signer', nothing)
    expect(report).toMatchObject({ passed: 0, failed: 0, unsupported: 1 })
    expect(code).toBe(1)
  })

  it('fails a program that crashes, with its last words', async () => {
    const { code, report } = await grade(
      '--only',
      'HEAD',
      '--signer',
      program('crash.mjs', `throw new Error('gone wrong')`),
    )
    expect(report.cases[0]!.detail).toContain('gone wrong')
    expect(code).toBe(1)
  })
})

/** Answers from the kit itself, by the bytes alone, but for what `lie` changes. */
const verifier = (lie: string) => `
import { createInterface } from 'node:readline'
const answers = new Map(${JSON.stringify(
  kit.cases
    .toReversed()
    .map(({ request, expect: expected }) => [
      rawRequest(request).toString('base64'),
      expected.code ?? 'accepted',
    ]),
)})
const seen = new Set()
for await (const line of createInterface({ input: process.stdin })) {
  const { request_base64: request, name } = JSON.parse(line)
  let answer = seen.has(request) ? 'signature-replayed' : answers.get(request)
  seen.add(request)
  ${lie}
  console.log(answer)
}
`

describe('countersign conformance --verifier', () => {
  it('passes one that gives every code, replays included', { timeout: LIMIT_MS }, async () => {
    const { code, report } = await grade('--lines', '--verifier', program('right.mjs', verifier('')))
    expect(report.cases.filter(({ result }) => result !== 'passed')).toEqual([])
    expect(report.passed).toBe(kit.cases.length)
    expect(code).toBe(0)
  })

  it('fails one that lets a single bad case in, and names it', async () => {
    const lie = `if (name === 'a body in br') answer = 'accepted'`
    const { code, report } = await grade('--lines', '--verifier', program('lax.mjs', verifier(lie)))
    expect(report.cases.filter(({ result }) => result === 'failed')).toEqual([
      {
        name: 'a body in br',
        result: 'failed',
        detail: 'accepted; it must be content-encoding-unsupported',
      },
    ])
    expect(code).toBe(1)
  })

  it('hands each case over as the bytes of an HTTP request, with keys and clock beside it', async () => {
    const text = `
import { readFileSync } from 'node:fs'
const { keys, server } = JSON.parse(readFileSync(process.env.CONFORMANCE_KEYS, 'utf8'))
const bytes = readFileSync(0).toString('latin1')
const isKnown = keys.some(({ public_key }) => bytes.includes(public_key))
console.log(bytes.startsWith('HEAD /v1/me HTTP/1.1\\r\\nHost: ' + server.authority) && isKnown && server.now === Number(process.env.CONFORMANCE_NOW) ? 'accepted' : bytes)`
    const { report } = await grade('--only', 'HEAD', '--verifier', program('bytes.mjs', text))
    expect(report.cases[0]).toMatchObject({ name: 'HEAD', result: 'passed' })
  })

  it('skips replays where each case has a process of its own', async () => {
    const { report } = await grade('--only', 'the same GET a second time', '--verifier', 'cat')
    expect(report).toMatchObject({ skipped: 1 })
  })
})

it.each([[[]], [['--signer', 'a', '--verifier', 'b']], [['--signer', 'cat', '--only', 'no such case']]])(
  'refuses %j as wrong use',
  async (args) => {
    const { code } = await user.run(['conformance', ...args])
    expect(code).toBe(2)
  },
)
