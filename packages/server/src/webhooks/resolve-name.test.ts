import { setMaxListeners } from 'node:events'
import { lookup as systemLookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createLookup } from './resolve-name.ts'
import { startNameServer } from './test-name-server.ts'

let names: Awaited<ReturnType<typeof startNameServer>>
beforeAll(async () => {
  names = await startNameServer()
})
afterAll(() => names.close())
const never = new AbortController().signal

test('a name gives its addresses of both families, the first of each before the second of any', async () => {
  names.answers.set('both.example', [['1.1.1.1', '1.0.0.1', '2606:4700::1111', '9.9.9.9']])
  expect(await createLookup([names.address])('Both.Example.', never)).toEqual([
    '1.1.1.1',
    '2606:4700::1111',
    '1.0.0.1',
    '9.9.9.9',
  ])
})

test('a name of one family is resolved, and one without any address is an error', async () => {
  const lookup = createLookup([names.address])
  names.answers.set('six.example', [['2606:4700::1111']])
  names.answers.set('none.example', [[]])
  expect(await lookup('six.example', never)).toEqual(['2606:4700::1111'])
  await expect(lookup('none.example', never)).rejects.toMatchObject({ code: 'ENODATA' })
})

test('the hosts file answers for localhost, and DNS is not asked', async () => {
  const asked = names.asked.length
  const addresses = await createLookup([names.address])('localhost', never)
  expect(addresses).toContain('127.0.0.1')
  expect(names.asked.length).toBe(asked)
})

test('names of a silent server hold up neither other names nor the threads of the process, and can be given up', async () => {
  const lookup = createLookup([names.address])
  names.answers.set('healthy.example', [['1.1.1.1']])
  const giveUp = new AbortController()
  setMaxListeners(64, giveUp.signal)
  let ended = 0
  // Many more than the process has threads.
  const silent = Array.from({ length: 64 }, (_, index) =>
    lookup(`silent-${index}.example`, giveUp.signal).finally(() => (ended += 1)),
  )
  const outcomes = Promise.allSettled(silent)
  await vi.waitFor(() => expect(names.asked.filter(({ name }) => name.startsWith('silent')).length).toBe(128))
  expect(await lookup('healthy.example', never)).toEqual(['1.1.1.1'])
  expect((await systemLookup('localhost')).address).toBeTruthy()
  expect(await readFile('/etc/hosts', 'utf8')).toContain('localhost')
  expect(ended).toBe(0)
  giveUp.abort()
  expect(new Set((await outcomes).map((one) => one.status))).toEqual(new Set(['rejected']))
})
