import { BlockList, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hostileHosts, HOSTILE_URLS, LOCAL_NAMES, PUBLIC_ADDRESSES } from './hostile-targets.ts'
import { createSender } from './send-request.ts'
import { createTargetGuard, type TargetGuard } from './target-guard.ts'

const nothing = new BlockList()
const strict = createTargetGuard({ allowedNetworks: nothing, loopbackInTestMode: false })
/** As if a URL had been stored before it was checked: only the dialling is judged. */
const unchecked: TargetGuard = { ...strict, urlFault: () => null }
const local = createTargetGuard({ allowedNetworks: nothing, loopbackInTestMode: true })

// Listeners on both loopbacks count every connection that the guard should have prevented.
const listeners: Server[] = []
let connections = 0
let port = 0
beforeAll(async () => {
  const open = (host: string, onPort: number) =>
    new Promise<Server | null>((resolve) => {
      const server = createServer((socket) => {
        connections += 1
        socket.destroy()
      })
      server.once('error', () => resolve(null))
      server.listen(onPort, host, () => resolve(server))
    })
  const first = await open('0.0.0.0', 0)
  const address = first?.address()
  port = typeof address === 'object' && address ? address.port : 0
  const second = await open('::1', port)
  for (const server of [first, second]) if (server) listeners.push(server)
})
afterAll(() => listeners.forEach((server) => server.close()))

const dialled = async (guard: TargetGuard, url: string, answers?: string[][]) => {
  const sender = createSender({
    guard,
    timeoutMs: 2_000,
    ...(answers ? { lookup: async () => answers.shift() ?? [] } : {}),
  })
  const result = await sender.send({ url, mode: 'test', headers: [], body: '{}' })
  await sender.close()
  return result
}

test.each(hostileHosts())('no webhook is sent to %s, whether the URL was checked or not', async (host) => {
  const before = connections
  const url = `http://${host}:${port}/`
  expect(strict.urlFault(url, 'test')).not.toBeNull()
  for (const guard of [strict, unchecked])
    expect(await dialled(guard, url)).toMatchObject({ error: 'target_refused', connectMs: null })
  expect(connections).toBe(before)
})

test.each(LOCAL_NAMES)('the local name %s is refused before it is stored', (host) => {
  expect(strict.urlFault(`https://${host}/`, 'test')).toBe('must not be a local name')
  expect(local.urlFault(`https://${host}/`, 'test')).toBeNull()
  expect(local.urlFault(`https://${host}/`, 'production')).toBe('must not be a local name')
})

test.each(HOSTILE_URLS)(
  'the URL %s is refused with words that say why, and nothing is sent to it',
  async (url, fault) => {
    expect(local.urlFault(url, 'test')).toBe(fault)
    expect(await dialled(local, url)).toMatchObject({
      error: 'target_refused',
      errorDetail: expect.stringContaining(fault) as string,
      dnsMs: null,
      connectMs: null,
    })
  },
)

test.each([80, 443, 1024, 3000, 4747, 8000, 8080, 8443, 9000, 60999])('port %d may be used', (port) => {
  expect(strict.urlFault(`https://example.com:${port}/`, 'production')).toBeNull()
})

test('production asks for https; test mode takes both', () => {
  expect(strict.urlFault('http://example.com/hook', 'production')).toBe(
    'must start with https:// in Production Mode',
  )
  expect(strict.urlFault('http://example.com/hook', 'test')).toBeNull()
  expect(strict.urlFault('https://example.com/hook', 'production')).toBeNull()
})

test('a name that answers with a private address, alone or among public ones, is refused', async () => {
  const before = connections
  for (const answers of [
    ['127.0.0.1'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['93.184.215.14', '127.0.0.1'],
    ['169.254.169.254'],
  ])
    expect(await dialled(strict, `http://rebind.example:${port}/`, [answers])).toMatchObject({
      error: 'target_refused',
    })
  expect(connections).toBe(before)
})

test('a name that changes its answer between two tries is judged again at each connection', async () => {
  const sender = createSender({
    guard: createTargetGuard({ allowedNetworks: only('127.0.0.1'), loopbackInTestMode: false }),
    timeoutMs: 2_000,
    lookup: (
      (answers) => async () =>
        answers.shift() ?? []
    )([['127.0.0.1'], ['127.0.0.2']]),
  })
  const send = () =>
    sender.send({ url: `http://rebind.example:${port}/`, mode: 'test', headers: [], body: '{}' })
  // The listener closes at once, so that the second try needs a connection of its own.
  expect(await send()).toMatchObject({ error: 'reset', remoteAddress: '127.0.0.1' })
  expect(await send()).toMatchObject({ error: 'target_refused' })
  await sender.close()
})

test('loopback is open to test mode alone, and only where the server itself is on loopback', () => {
  expect(local.mayDial('127.0.0.1', 'test')).toBe(true)
  expect(local.mayDial('::1', 'test')).toBe(true)
  expect(local.mayDial('::ffff:127.0.0.1', 'test')).toBe(true)
  expect(local.mayDial('127.0.0.1', 'production')).toBe(false)
  expect(strict.mayDial('127.0.0.1', 'test')).toBe(false)
  expect(local.mayDial('10.0.0.1', 'test')).toBe(false)
})

test('the operator can open a private range, and nothing beside it', () => {
  const opened = createTargetGuard({ allowedNetworks: only('10.1.0.0', 16), loopbackInTestMode: false })
  expect(opened.mayDial('10.1.2.3', 'production')).toBe(true)
  expect(opened.mayDial('::ffff:10.1.2.3', 'production')).toBe(true)
  expect(opened.mayDial('10.2.0.1', 'production')).toBe(false)
  expect(opened.mayDial('127.0.0.1', 'test')).toBe(false)
})

test('an opened range does not take the metadata addresses inside it along', () => {
  const all = new BlockList()
  all.addSubnet('0.0.0.0', 0, 'ipv4')
  all.addSubnet('::', 0, 'ipv6')
  const opened = createTargetGuard({ allowedNetworks: all, loopbackInTestMode: true })
  for (const address of ['169.254.169.254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', 'fd00:ec2::254'])
    expect(opened.mayDial(address, 'test')).toBe(false)
  for (const address of ['169.254.1.1', 'fd00::1', '10.0.0.1'])
    expect(opened.mayDial(address, 'test')).toBe(true)
})

test.each(['', 'localhost', 'fe80::1%eth0', '2606:4700::1111%1', '0177.0.0.1', '1.1.1', '1.1.1.1/8'])(
  'what is not a plain address ("%s") may not be dialled, whoever resolved it',
  (address) => {
    expect(strict.mayDial(address, 'test')).toBe(false)
  },
)

test.each(PUBLIC_ADDRESSES)('the public address %s may be dialled', (address) => {
  expect(strict.mayDial(address, 'production')).toBe(true)
})

function only(address: string, prefix = 32): BlockList {
  const list = new BlockList()
  list.addSubnet(address, prefix, 'ipv4')
  return list
}
