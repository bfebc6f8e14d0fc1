// Runs in a network namespace in which every address of IPv4 and IPv6 belongs to this machine, so that whatever
// is dialled, a listener hears it. Prints what it heard as JSON; hostile-targets.test.ts reads it.
import { BlockList, createServer, type Server, type Socket } from 'node:net'
import { createLookup } from './resolve-name.ts'
import { createSender } from './send-request.ts'
import { createTargetGuard, type TargetGuard } from './target-guard.ts'
import {
  hostileHosts,
  HOSTILE_NAMES,
  PUBLIC_ADDRESSES,
  REBINDING_ANSWERS,
  REBINDING_NAME,
} from './hostile-targets.ts'
import { startNameServer } from './test-name-server.ts'

const PROXY_PORT = 3128
const PORTS = [80, 443, 8080]
const TIMEOUT_MS = 400
const REDIRECT_FROM = '8.8.4.4'

type Heard = { at: string; port: number }
export type EveryAddressReport = {
  hosts: { host: string; scheme: string; control: Heard[]; heard: Heard[]; errors: (string | null)[] }[]
  names: { name: string; heard: Heard[]; error: string | null }[]
  public: { address: string; heard: Heard[]; error: string | null }[]
  rebinding: { heard: Heard[]; errors: (string | null)[]; lookups: number }
  redirect: { heard: Heard[]; error: string | null }
  opened: { address: string; heard: Heard[]; error: string | null }[]
  ports: { port: number; heard: Heard[]; error: string | null }[]
  proxy: Heard[]
}

let heard: Heard[] = []
const proxy: Heard[] = []
const listeners: Server[] = []

function onConnection(socket: Socket): void {
  const at = (socket.localAddress ?? '').replace(/^::ffff:/, '')
  const one = { at, port: socket.localPort ?? 0 }
  ;(one.port === PROXY_PORT ? proxy : heard).push(one)
  socket.on('error', () => {})
  if (at !== REDIRECT_FROM) return void socket.destroy()
  socket.once('data', () =>
    socket.end('HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n'),
  )
}

async function listenEverywhere(port: number): Promise<void> {
  for (const host of ['0.0.0.0', '::']) {
    const server = createServer(onConnection)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host, ipv6Only: host === '::' }, resolve)
    })
    listeners.push(server)
  }
}

const none = new BlockList()
const strict = createTargetGuard({ allowedNetworks: none, loopbackInTestMode: false })
/** As if a URL had been stored before it was checked: only the dialling is judged. */
const unchecked = (guard: TargetGuard): TargetGuard => ({ ...guard, urlFault: () => null })
const careless: TargetGuard = { urlFault: () => null, mayDial: () => true }

const names = await startNameServer()
for (const [name, answers] of Object.entries(HOSTILE_NAMES)) names.answers.set(name, answers)
names.answers.set(REBINDING_NAME, REBINDING_ANSWERS)
const lookup = createLookup([names.address])

/** One try on a fresh connection, and what the listeners heard of it. */
async function tried(guard: TargetGuard, url: string, mode: 'test' | 'production' = 'test') {
  heard = []
  const sender = createSender({ guard, lookup, timeoutMs: TIMEOUT_MS })
  const { error } = await sender.send({ url, mode, headers: [], body: '{}' })
  await sender.close()
  // Accepted connections are told in the order of the event loop: one more turn after the client's side ended.
  await new Promise((resolve) => setImmediate(resolve))
  return { heard, error }
}

async function hosts(): Promise<EveryAddressReport['hosts']> {
  const report: EveryAddressReport['hosts'] = []
  for (const host of hostileHosts())
    for (const scheme of ['http', 'https']) {
      const url = `${scheme}://${host}/`
      const control = (await tried(careless, url)).heard
      const tries = [
        await tried(strict, url),
        await tried(unchecked(strict), url),
        await tried(unchecked(strict), url, 'production'),
      ]
      report.push({
        host,
        scheme,
        control,
        heard: tries.flatMap((one) => one.heard),
        errors: tries.map((one) => one.error),
      })
    }
  return report
}

async function each<K extends string, V extends string | number>(
  key: K,
  values: readonly V[],
  guard: TargetGuard,
  urlOf: (value: V) => string,
) {
  const report: ({ [name in K]: V } & { heard: Heard[]; error: string | null })[] = []
  for (const value of values)
    report.push({ [key]: value, ...(await tried(guard, urlOf(value))) } as (typeof report)[number])
  return report
}

async function rebinding(): Promise<EveryAddressReport['rebinding']> {
  const first = await tried(strict, `http://${REBINDING_NAME}/`)
  const second = await tried(strict, `http://${REBINDING_NAME}/`)
  return {
    heard: [...first.heard, ...second.heard],
    errors: [first.error, second.error],
    lookups: names.asked.filter((one) => one.name === REBINDING_NAME && one.type === 1).length,
  }
}

const everything = new BlockList()
everything.addSubnet('0.0.0.0', 0, 'ipv4')
everything.addSubnet('::', 0, 'ipv6')
const open = createTargetGuard({ allowedNetworks: everything, loopbackInTestMode: false })
const authority = (address: string) => (address.includes(':') ? `[${address}]` : address)
const OPENED = [
  '10.1.2.3',
  '127.0.0.1',
  '::1',
  'fd00::1',
  '169.254.169.254',
  '100.100.100.200',
  'fd00:ec2::254',
]

for (const port of [...PORTS, PROXY_PORT, 25, 6379]) await listenEverywhere(port)
const report: EveryAddressReport = {
  hosts: await hosts(),
  names: await each('name', Object.keys(HOSTILE_NAMES), strict, (name) => `http://${name}/`),
  public: await each('address', PUBLIC_ADDRESSES, strict, (address) => `http://${authority(address)}/`),
  rebinding: await rebinding(),
  redirect: await tried(strict, `http://${REDIRECT_FROM}/`),
  opened: await each('address', OPENED, open, (address) => `http://${authority(address)}/`),
  ports: await each('port', [25, 6379, 8080], unchecked(strict), (port) => `http://93.184.215.14:${port}/`),
  proxy,
}
process.stdout.write(JSON.stringify(report))
listeners.forEach((server) => server.close())
await names.close()
