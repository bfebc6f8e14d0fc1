import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signUpPerson } from '../scripts/tour/person.ts'
import { cleanUp, launchServer, makeFolder, type LaunchedServer } from './harness.ts'

type Item = {
  name: string
  request: {
    method: string
    url: { raw: string }
    header: { key: string; value: string }[]
    body?: { raw: string }
  }
}
type Collection = { event: [{ listen: string; script: { exec: string[] } }]; item: Item[] }

// Without types, as Postman hands it to scripts.
const CryptoJS: unknown = createRequire(import.meta.url)('crypto-js')

const file = (name: string) => readFileSync(new URL(`../docs/postman/${name}`, import.meta.url), 'utf8')
const script = file('sign-request.js')
const collection = JSON.parse(file('countersign.postman_collection.json')) as Collection

let server: LaunchedServer
let variables: Record<string, string>

beforeAll(async () => {
  server = await launchServer({ dataDir: join(await makeFolder(), 'data') })
  const { public_key, secret_key } = await (await signUpPerson(server.url)).createKey()
  variables = {
    countersign_url: server.url,
    countersign_public_key: public_key,
    countersign_secret_key: secret_key,
  }
})

afterAll(cleanUp)

/** Runs the script on a request with what its sandbox gives to scripts, then sends what the script made of it. */
async function send({ request }: Item): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = new Map(request.header.map(({ key, value }) => [key.toLowerCase(), value]))
  const sent = { url: request.url.raw, body: request.body?.raw }
  const pm = {
    variables: {
      get: (name: string) => variables[name],
      replaceIn: (text: string) =>
        text.replace(/\{\{([^}]+)\}\}/g, (all, name: string) =>
          name === '$guid' ? randomUUID() : (variables[name] ?? all),
        ),
    },
    request: {
      method: request.method,
      url: { toString: () => sent.url, update: (url: string) => (sent.url = url) },
      headers: {
        get: (name: string) => headers.get(name.toLowerCase()),
        upsert: ({ key, value }: { key: string; value: string }) =>
          void headers.set(key.toLowerCase(), value),
      },
      body: request.body && {
        raw: request.body.raw,
        update: ({ raw }: { raw: string }) => (sent.body = raw),
      },
    },
  }
  // No Buffer, no require, no fetch: what is not given here does not exist for the script.
  runInContext(script, createContext({ pm, CryptoJS }))
  const answer = await fetch(sent.url, {
    method: request.method,
    headers: Object.fromEntries(headers),
    ...(sent.body === undefined ? {} : { body: sent.body }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const itemNamed = (name: string) => collection.item.find((item) => item.name === name)!

it('the collection holds the script as the file has it, and no secret', () => {
  expect(collection.event[0].listen).toBe('prerequest')
  expect(`${collection.event[0].script.exec.join('\n')}\n`).toBe(script)
  expect(file('countersign.postman_collection.json')).not.toMatch(/sk_(?:test|prod)_/)
})

it('signs every request of the collection so that a live server accepts it', async () => {
  const answers: Record<string, number> = {}
  for (const item of collection.item) answers[item.name] = (await send(item)).status
  expect(answers).toEqual({ 'Who am I': 200, 'List transactions': 200, 'Create a deposit': 201 })
})

it('fills variables in before it signs, so that a body with random values holds', async () => {
  const { body } = await send(itemNamed('Create a deposit'))
  expect(body['reference']).toMatch(/^[0-9a-f-]{36}$/)
})

it('signs a body beyond ASCII, and repeats a deposit under the Idempotency-Key that is given', async () => {
  const item = itemNamed('Create a deposit')
  const repeated: Item = {
    ...item,
    request: {
      ...item.request,
      header: [...item.request.header, { key: 'Idempotency-Key', value: 'postman-1' }],
      body: { raw: '{"type":"deposit","amount":"10.00","currency":"USD","description":"Zürich 😀"}' },
    },
  }
  const first = await send(repeated)
  expect(first).toMatchObject({ status: 201, body: { description: 'Zürich 😀' } })
  expect((await send(repeated)).body['id']).toBe(first.body['id'])
})
