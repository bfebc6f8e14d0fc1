import { mkdtempSync, writeFileSync } from 'node:fs'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { EXIT } from '../exit-codes.ts'
import { makeUser } from '../test-world.ts'

const data = JSON.parse(
  readFileSync(new URL('../../../../conformance/receipts.json', import.meta.url), 'utf8'),
) as {
  keys: { public_key: { kid: string } }[]
  cases: { receipt: unknown; expect: { accepted?: true; reason?: string } }[]
}
const [platform, stranger] = data.keys.map((key) => key.public_key)
const folder = mkdtempSync(join(tmpdir(), 'countersign-receipt-'))
function file(name: string, value: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  return path
}
// No credentials and no server: everything is in the files.
const { run } = makeUser()
const good = file('good.json', data.cases[0]!.receipt)

it('a stored receipt holds against a pinned key or a stored directory, offline', async () => {
  const pinned = await run([
    'receipt',
    'verify',
    good,
    '--key',
    stranger!.kid,
    '--key',
    platform!.kid,
    '--json',
  ])
  expect(pinned.code).toBe(EXIT.ok)
  expect(JSON.parse(pinned.out)).toMatchObject({
    valid: true,
    key_id: platform!.kid,
    status: 200,
    method: 'GET',
  })
  const directory = file('directory.json', { keys: [platform] })
  const words = await run(['receipt', 'verify', good, '--directory', directory])
  expect([words.code, words.out]).toEqual([EXIT.ok, expect.stringContaining('The receipt holds.')])
})

it('every bad receipt of the conformance data ends with 1 and its reason', async () => {
  for (const { receipt, expect: wanted } of data.cases.filter((one) => !one.expect.accepted)) {
    const bad = file('bad.json', receipt)
    const refused = await run(['receipt', 'verify', bad, '--key', platform!.kid, '--json'])
    expect(refused.code).toBe(EXIT.refused)
    expect(JSON.parse(refused.out)).toMatchObject({ valid: false, reason: wanted.reason })
  }
  const words = await run(['receipt', 'verify', good, '--key', stranger!.kid])
  expect([words.code, words.err]).toEqual([EXIT.refused, expect.stringContaining('key-unknown')])
})

it.each([
  ['no key that is trusted', ['receipt', 'verify', good]],
  ['no file', ['receipt', 'verify', join(folder, 'none.json'), '--key', 'k']],
  ['no JSON', ['receipt', 'verify', file('text.json', 'x'), '--key', 'k']],
  ['no directory', ['receipt', 'verify', good, '--directory', good]],
])('with %s the command says what is wrong and ends with 2', async (_what, args) => {
  const { code, err } = await run(args)
  expect(code).toBe(EXIT.usage)
  expect(err).not.toBe('')
})
