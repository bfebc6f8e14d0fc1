import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readSource } from './dashboard-calls.ts'

type Schema = { $ref?: string; properties?: Record<string, unknown>; allOf?: Schema[]; anyOf?: Schema[] }
type Operation = {
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

const root = new URL('..', import.meta.url)
const dashboard = fileURLToPath(new URL('packages/dashboard/src', root))
const api = JSON.parse(readFileSync(new URL('openapi.json', root), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => METHODS.includes(method))
    .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
)
const { words, imports, ...source } = readSource(dashboard)
// The sign-in service answers under /auth/ and describes itself elsewhere.
const calls = source.calls.filter(({ path }) => path.startsWith('/v1/'))

/** The operation that a path with unknown parts asks, by its own name. */
function operationOf({ method, path }: { method: string; path: string }): string | undefined {
  const asked = path.split('/')
  return operations.find(({ name }) => {
    const [ownMethod = '', ownPath = ''] = name.split(' ')
    const parts = ownPath.split('/')
    return (
      ownMethod === method &&
      parts.length === asked.length &&
      parts.every((part, index) => (part.startsWith('{') ? asked[index] === '{}' : asked[index] === part))
    )
  })?.name
}

/** What the dashboard leaves to programs, or does in another way, and why nobody misses it there. */
const NOT_IN_THE_DASHBOARD: Record<string, string> = {
  'POST /v1/cli-logins': 'a command line begins its login; the page that it opens confirms or refuses it',
  'POST /v1/cli-logins/poll': 'the command line waits for the person who looks at that page',
  'POST /v1/cli-logins/acknowledge': 'the command line says that it has stored its key',
  'POST /v1/test/signature': 'any method is graded alike: the debugger and the guides send a GET',
  'PUT /v1/test/signature': 'as POST',
  'PATCH /v1/test/signature': 'as POST',
  'DELETE /v1/test/signature': 'as POST',
  'POST /v1/operator/verify-request': 'a service asks who signed a request that it received',
  'POST /v1/operator/verify-request/{id}/outcome': 'the same service tells what it answered',
  'POST /v1/test/webhook-listeners': '`countersign listen` runs on the machine that it forwards to',
  'GET /v1/test/webhook-listeners/{id}/stream': 'as above',
  'POST /v1/test/webhook-listeners/{id}/attempts': 'as above',
  'DELETE /v1/test/webhook-listeners/{id}': 'a listener is an endpoint, and its page deletes it as one',
  'POST /v1/test/events':
    'for programs that have no endpoint id; the page of each endpoint sends it test events',
  'GET /v1/webhook-replays/{id}': 'the list of an endpoint shows the same, and polls while one runs',
  'GET /v1/operator/unmatched-deposits/{id}': 'the list shows all that there is to see of one',
}

// A deed that takes something away, and the pieces that ask before it is done.
const CONFIRMATIONS = ['typed-confirmation.tsx', 'form-dialog.tsx']
const ASKS_NOTHING: Record<string, string> = {
  'DELETE /v1/test/clock': 'sets the test clock back to the time of the server, and forward again at will',
}

// Keys of both kinds are deleted through the same dialog, which is handed the deed.
const HANDS_ON = new Set(['components/api-key-deeds.tsx'])
const HANDED_TO = 'components/delete-key.tsx'

test('nothing is deleted by one press: whatever sends a DELETE is called from a dialog that asks', () => {
  const deletes = operations.map(({ name }) => name).filter((name) => name.startsWith('DELETE'))
  for (const { method, path, file, by } of calls.filter((call) => call.method === 'DELETE')) {
    const name = operationOf({ method, path })!
    expect(deletes).toContain(name)
    if (name in ASKS_NOTHING) continue
    const users =
      by === 'remove' ? [HANDED_TO] : usersOf(file, by).map((user) => (HANDS_ON.has(user) ? HANDED_TO : user))
    expect([name, users.length > 0]).toEqual([name, true])
    for (const user of users) {
      const pieces = imports.get(user)?.map((piece) => piece.split('/').at(-1)!) ?? []
      expect([name, user, pieces.some((piece) => CONFIRMATIONS.includes(piece))]).toEqual([name, user, true])
    }
  }
})

/** The files that import a function of a file. */
const usersOf = (file: string, name: string) =>
  [...imports].filter(([one, from]) => from.includes(file) && words.get(one)?.has(name)).map(([one]) => one)

test('whatever the API does, a person can do in the dashboard, or there is a reason why nobody would', () => {
  const used = new Set(calls.map(operationOf))
  const missing = operations.map(({ name }) => name).filter((name) => !used.has(name))
  expect(missing.sort()).toEqual(Object.keys(NOT_IN_THE_DASHBOARD).sort())
})

test('the dashboard asks for nothing that is not in openapi.json', () => {
  expect(calls.length).toBeGreaterThan(120)
  const unknown = calls.filter((call) => operationOf(call) === undefined)
  expect(unknown.map(({ method, path, file }) => `${method} ${path} (${file})`)).toEqual([])
})

/** What every list, export and stream has, and the pieces that all of them share offer. */
const EVERYWHERE = new Set(['limit', 'cursor', 'format'])

/** Parameters and fields that no page offers, by operation, and why. */
const NOT_OFFERED: Record<string, Record<string, string>> = {
  'GET /v1/api-keys': { name_contains: '`search` finds names by it, and Public Keys too' },
  'GET /v1/usage': { interval: 'the server chooses what fits the range that is looked at' },
}

test('every filter of a list and every field of a form that the API takes is offered where it is used', () => {
  const importersOf = (file: string) =>
    [...imports].flatMap(([one, from]) => (from.includes(file) ? [one] : []))
  const left: Record<string, string[]> = {}
  for (const { name, operation } of operations) {
    const asking = calls.filter((call) => operationOf(call) === name).map(({ file }) => file)
    // A stream is asked with the very filters of its list.
    if (asking.length === 0 || name.endsWith('/stream')) continue
    // What asks, the pages and forms that use it, and the pieces that those are made of.
    const users = [...asking, ...asking.flatMap(importersOf)]
    const near = new Set([...users, ...users.flatMap((file) => imports.get(file) ?? [])])
    near.delete('api-types.ts')
    const isSaid = (field: string) => [...near].some((file) => words.get(file)?.has(field))
    const silent = asked(operation).filter((field) => !EVERYWHERE.has(field) && !isSaid(field))
    if (silent.length > 0) left[name] = silent.sort()
  }
  const reasons = Object.entries(NOT_OFFERED).map(([name, fields]) => [name, Object.keys(fields).sort()])
  expect(left).toEqual(Object.fromEntries(reasons))
})

/** The names of an operation's query parameters and of the fields of its body. */
function asked({ parameters = [], requestBody }: Operation): string[] {
  const query = parameters.filter((one) => one.in === 'query').map((one) => one.name)
  const fields = Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => fieldsOf(schema))
  return [...new Set([...query, ...fields])]
}

function fieldsOf(schema: Schema): string[] {
  const own = schema.$ref ? api.components.schemas[schema.$ref.split('/').at(-1) as string] : schema
  if (!own) return []
  const parts = [...(own.allOf ?? []), ...(own.anyOf ?? [])]
  return [...Object.keys(own.properties ?? {}), ...parts.flatMap(fieldsOf)]
}
