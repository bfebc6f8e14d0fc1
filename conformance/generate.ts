import { readFileSync, writeFileSync } from 'node:fs'
import { badRequests, foreignRequests } from './bad-requests.ts'
import { malformedRequests } from './bad-shape.ts'
import { buildRequest, server, type Draft, type RequestCase } from './build-request.ts'
import { goodRequests } from './good-requests.ts'
import { keys } from './keys.ts'
import { signInput } from './sign-input.ts'
import { receiptCases, receiptKeys } from './receipt-cases.ts'
import { webhookCases, webhookNow } from './webhook-cases.ts'

// npx tsx conformance/generate.ts          writes requests.json, receipts.json and webhooks.json
// npx tsx conformance/generate.ts --check  ends with 1 when one is not what this would write

/** Goes up when a case that passed must now fail, or when a member changes its meaning. */
const KIT_VERSION = 1

function requestCase(
  name: string,
  draft: Draft,
  expect: 'accepted' | { code: string; withBase: boolean },
): RequestCase {
  const { request, base, arrivedBase, key } = buildRequest(name, draft)
  const index = key.secret_keys.findIndex((secret) => secret === (draft.secret ?? key.secret_keys[0]))
  return {
    name,
    ...(draft.after ? { after: draft.after } : {}),
    ...(draft.directOnly ? { direct_only: true } : {}),
    ...(expect === 'accepted' ? { sign: signInput(request, base) } : {}),
    request,
    expect:
      expect === 'accepted'
        ? {
            accepted: true,
            public_key: key.public_key,
            secret_key_index: index < 0 ? null : index,
            signature_base: base,
          }
        : {
            code: expect.code,
            ...(expect.withBase && arrivedBase !== null ? { signature_base: arrivedBase } : {}),
          },
  }
}

/** Every request case; the names are unique, because replays name the case that they repeat. */
export function requestCases(): RequestCase[] {
  const refused = (code: string, drafts: Record<string, Draft>, withBase = false) =>
    Object.entries(drafts).map(([name, draft]) => requestCase(name, draft, { code, withBase }))
  const cases = [
    ...Object.entries(goodRequests).map(([name, draft]) => requestCase(name, draft, 'accepted')),
    ...refused('signature-malformed', malformedRequests),
    ...refused('signature-invalid', foreignRequests),
    ...Object.entries(badRequests).flatMap(([code, drafts]) =>
      refused(code, drafts, code === 'signature-invalid'),
    ),
  ]
  const names = new Set(cases.map((each) => each.name))
  if (names.size !== cases.length) throw new Error('two request cases share a name')
  return cases
}

/** The data files as text, by file name. */
export function conformanceFiles(): Record<string, string> {
  const vectors: unknown = JSON.parse(
    readFileSync(new URL('vectors/standard-webhooks.json', import.meta.url), 'utf8'),
  )
  return {
    'requests.json': json({
      $schema: './requests.schema.json',
      version: KIT_VERSION,
      server,
      keys: Object.values(keys),
      cases: requestCases(),
    }),
    'receipts.json': json({ keys: receiptKeys, cases: receiptCases() }),
    'webhooks.json': json({ now: webhookNow, tolerance_seconds: 300, vectors, cases: webhookCases() }),
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Writes the files, or with `check` only says which are stale. */
function main(check: boolean): void {
  for (const [name, text] of Object.entries(conformanceFiles())) {
    const file = new URL(name, import.meta.url)
    if (!check) {
      writeFileSync(file, text)
    } else if (readFileSync(file, 'utf8') !== text) {
      process.stderr.write(`conformance/${name} is stale: run npx tsx conformance/generate.ts\n`)
      process.exitCode = 1
    }
  }
}

if (process.argv[1]?.endsWith('generate.ts')) main(process.argv.includes('--check'))
