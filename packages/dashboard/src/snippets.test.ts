import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PLACEHOLDERS, requestSnippets } from './snippets.ts'
import { WEBHOOK_SNIPPETS } from './webhook-snippet.ts'

const read = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')
const ORIGIN = 'https://pay.example.com'
const PUBLIC_KEY = 'pk_test_2dBbA0wJYqkN5jKzU8cGxHpO3TfR'

/** The block of a page that carries this id. */
function block(page: string, id: string): string | undefined {
  return new RegExp(`^\`\`\`\\w+ id=${id}\\n([\\s\\S]*?\\n)\`\`\`$`, 'm').exec(page)?.[1]
}

describe.each(['hmac-sha256', 'ed25519'] as const)('the code that a new %s key offers', (algorithm) => {
  const shown = requestSnippets({ origin: ORIGIN, publicKey: PUBLIC_KEY, algorithm })
  const plain = requestSnippets({
    origin: PLACEHOLDERS.url,
    publicKey: PLACEHOLDERS.publicKey,
    algorithm,
  })

  it('comes in five languages', () => {
    expect(shown.map(({ name }) => name)).toEqual(['curl', 'Node', 'Python', 'Go', 'Java'])
  })

  it.each(shown)('names this server and this key, and nothing that signs: $name', ({ code }) => {
    expect(code).toContain(ORIGIN)
    expect(code).toContain(PUBLIC_KEY)
    expect(code).not.toContain(PLACEHOLDERS.url)
    expect(code).not.toContain(PLACEHOLDERS.publicKey)
    expect(code).not.toMatch(/sk_(?:test|prod)_|MC4CAQAw/)
  })

  it.each(shown)('tells how to call it by the name of its file: $name', ({ code, file }) => {
    expect(code).toContain(`${file} POST /v1/transactions`)
  })

  it.each(plain)('stands in docs/signing.md as it is: $name', ({ name, code }) => {
    const id = algorithm === 'ed25519' ? `${name.toLowerCase()}-ed25519` : name.toLowerCase()
    // The page shows all of them for HMAC; for Ed25519 it says where the files are.
    if (algorithm === 'hmac-sha256') expect(block(read('signing.md'), id)).toBe(code)
    else expect(read('signing.md')).toContain('packages/dashboard/snippets/ed25519')
  })
})

it.each(WEBHOOK_SNIPPETS.filter(({ name }) => name !== 'SDK'))(
  'the receiver stands in docs/webhooks.md as it is: $name',
  ({ name, code }) => {
    expect(block(read('webhooks.md'), name.toLowerCase())).toBe(code)
  },
)
