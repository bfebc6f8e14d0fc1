import { createServer, type Server } from 'node:net'
import { BlockList } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSender } from './send-request.ts'
import { createTargetGuard, type TargetGuard } from './target-guard.ts'

const nothing = new BlockList()
const strict = createTargetGuard({ allowedNetworks: nothing, loopbackInTestMode: false })
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

const HOSTILE_HOSTS = [
  // IPv4: loopback, private, link-local and metadata, carrier-grade NAT, special, multicast, broadcast
  '127.0.0.1',
  '127.0.0.2',
  '127.255.255.254',
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.254',
  '168.63.129.16',
  '169.254.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.254',
  '192.0.0.1',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '192.168.255.254',
  '198.18.0.1',
  '198.19.255.254',
  '198.51.100.7',
  '203.0.113.7',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  // the same in decimal, octal, hexadecimal and short forms, which URLs allow
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0x7f.1',
  '127.1',
  '017700000001',
  '0xa9fea9fe',
  '2852039166',
  '10.1',
  '127.0.0.1.',
  // IPv6: unspecified, loopback, unique local and its metadata address, link-local, site-local, multicast, discard
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[fc00::1]',
  '[fd00::1]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[febf::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[ff0e::1]',
  '[100::1]',
  '[5f00::1]',
  '[2001:db8::1]',
  '[3fff::1]',
  '[2001:2::1]',
  '[2001:10::1]',
  '[2620:4f:8000::1]',
  // IPv4 inside IPv6: mapped, compatible, NAT64, local NAT64, 6to4, Teredo, ISATAP-like link-local
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:10.0.0.1]',
  '[::ffff:169.254.169.254]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b::10.0.0.1]',
  '[64:ff9b:1::1]',
  '[2002:7f00:1::]',
  '[2002:a9fe:a9fe::1]',
  '[2001:0:7f00:1::]',
  '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
  '[fe80::5efe:127.0.0.1]',
]

test.each(HOSTILE_HOSTS)('no webhook is sent to %s, whether the URL was checked or not', async (host) => {
  const before = connections
  const url = `http://${host}:${port}/`
  expect(strict.urlFault(url, 'test')).not.toBeNull()
  expect(await dialled(strict, url)).toMatchObject({ error: 'target_refused', connectMs: null })
  expect(connections).toBe(before)
})

test.each(['localhost', 'LOCALHOST', 'localhost.', 'anything.localhost'])(
  'the local name %s is refused before it is stored',
  (host) => {
    expect(strict.urlFault(`https://${host}/`, 'test')).toBe('must not be a local name')
  },
)

test.each([
  ['ftp://example.com/', 'must start with https://'],
  ['file:///etc/passwd', 'must start with https://'],
  ['gopher://example.com/', 'must start with https://'],
  ['javascript:alert(1)', 'must start with https://'],
  ['https://user@example.com/', 'must not hold a user name or password; use a custom header'],
  ['https://user:secret@example.com/', 'must not hold a user name or password; use a custom header'],
  ['https://example.com/#part', 'must not hold a fragment (#)'],
  ['https://example.com:0/', 'must not use port 0'],
  ['https://', 'must be a URL such as https://example.com/webhooks'],
  ['https://[fe80::1%25eth0]/', 'must be a URL such as https://example.com/webhooks'],
  [`https://example.com/${'x'.repeat(2048)}`, 'must have at most 2048 characters'],
])('the URL %s is refused with words that say why', (url, fault) => {
  expect(strict.urlFault(url, 'test')).toBe(fault)
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

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '93.184.215.14',
  '2606:4700::1111',
  '2a00:1450::1',
  '64:ff9b::808:808',
  '::ffff:8.8.8.8',
])('the public address %s may be dialled', (address) => {
  expect(strict.mayDial(address, 'production')).toBe(true)
})

function only(address: string, prefix = 32): BlockList {
  const list = new BlockList()
  list.addSubnet(address, prefix, 'ipv4')
  return list
}
