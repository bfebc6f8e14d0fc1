import { BlockList, isIP } from 'node:net'
import { problem } from '../problems.ts'
import type { Mode } from '../sessions/principal.ts'

/** Decides which addresses webhooks may be sent to, so that nobody reaches the platform's own network with them. */
export type TargetGuard = {
  /** What is wrong with a URL before anything is looked up; null when nothing is. For people. */
  urlFault(url: string, mode: Mode): string | null
  /** Whether an address may be dialled. Asked at every connection, for the very address that is dialled. */
  mayDial(address: string, mode: Mode): boolean
}

export type TargetGuardOptions = {
  /** Ranges that the operator opens: `WEBHOOK_ALLOWED_NETWORKS`. */
  allowedNetworks: BlockList
  /** Whether test mode may reach this machine: PUBLIC_URL is loopback and no proxy stands before the server. */
  loopbackInTestMode: boolean
}

// IANA special-purpose registries (RFC 6890 and later); 168.63.129.16 is Azure's host address.
const IPV4_REFUSED =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 ' +
  '192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 ' +
  '198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4'
// Of IPv6 only global unicast is reachable; within it, Teredo and its neighbours, documentation, 6to4, AS112.
const IPV6_GLOBAL = '2000::/3'
const IPV6_REFUSED = '2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20'
// Where clouds hand credentials to whoever asks: no range that an operator opens may take them along.
const IPV4_METADATA =
  '100.100.100.200/32 168.63.129.16/32 169.254.169.254/32 169.254.170.2/32 169.254.170.23/32 192.0.0.192/32'
const IPV6_METADATA = 'fd00:ec2::23/128 fd00:ec2::254/128 fd20:ce::254/128'
const URL_CHARACTERS_MAX = 2048
// RFC 1035 §2.3.4
const HOST_CHARACTERS_MAX = 253
const HOST_LABEL = /^[a-z0-9_-]{1,63}$/
const LOCAL_NAME = /(^|\.)(localhost[46]?|localdomain[46]?|ip6-localhost|ip6-loopback)\.?$/
// Characters that a person reading the URL does not see, or that a parser reads as something else.
const DECEPTIVE_CHARACTER = /[\p{Cc}\p{Cf}\\]/u
// Below 1024 the ports of the web only. Above, those that browsers block too (Fetch §2.9), and those of stores
// and control planes that act on what reaches them.
const SYSTEM_PORTS_MAX = 1023
const PORTS_OPEN = new Set([80, 443])
const PORTS_REFUSED = new Set([
  1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566,
  6665, 6666, 6667, 6668, 6669, 6679, 6697, 9200, 10080, 10250, 10255, 11211, 27017,
])

const refused4 = networks(IPV4_REFUSED, 'ipv4')
const refused6 = networks(IPV6_REFUSED, 'ipv6')
const global6 = networks(IPV6_GLOBAL, 'ipv6')
const loopback4 = networks('127.0.0.0/8', 'ipv4')
const metadata4 = networks(IPV4_METADATA, 'ipv4')
const metadata6 = networks(IPV6_METADATA, 'ipv6')

export function createTargetGuard(options: TargetGuardOptions): TargetGuard {
  const mayDial = (address: string, mode: Mode): boolean => {
    const target = effectiveAddress(address)
    if (!target) return false
    if ((target.family === 'ipv4' ? metadata4 : metadata6).check(target.address, target.family)) return false
    if (options.allowedNetworks.check(target.address, target.family)) return true
    if (isLoopback(target)) return mode === 'test' && options.loopbackInTestMode
    if (target.family === 'ipv4') return !refused4.check(target.address, 'ipv4')
    if (isIsatap(target.address)) return false
    return global6.check(target.address, 'ipv6') && !refused6.check(target.address, 'ipv6')
  }

  const urlFault = (text: string, mode: Mode): string | null => {
    if (text.length > URL_CHARACTERS_MAX) return `must have at most ${URL_CHARACTERS_MAX} characters`
    if (DECEPTIVE_CHARACTER.test(text)) return 'must not hold invisible characters or backslashes'
    if (!URL.canParse(text)) return 'must be a URL such as https://example.com/webhooks'
    const url = new URL(text)
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https://'
    if (mode === 'production' && url.protocol !== 'https:')
      return 'must start with https:// in Production Mode'
    if (url.username || url.password) return 'must not hold a user name or password; use a custom header'
    if (url.hash) return 'must not hold a fragment (#)'
    if (!mayUsePort(portOf(url))) return `must not use port ${url.port}, which is kept for other services`
    // WHATWG URL has turned decimal, octal and hexadecimal forms of an address into the plain one here.
    const host = hostOf(url)
    if (isIP(host) && !mayDial(host, mode)) return 'must not be a private, local or otherwise special address'
    if (LOCAL_NAME.test(host) && !mayDial('127.0.0.1', mode)) return 'must not be a local name'
    return isIP(host) || isHostName(host) ? null : 'must have a valid host name'
  }
  return { urlFault, mayDial }
}

/** The host as it is dialled: an IPv6 literal without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

/** The port that a URL says or implies. */
export function portOf(url: URL): number {
  if (url.port) return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}

/** Whether webhooks may use a port at all, in either mode and towards any address. */
export function mayUsePort(port: number): boolean {
  return port > SYSTEM_PORTS_MAX ? !PORTS_REFUSED.has(port) : PORTS_OPEN.has(port)
}

/** `URL` lets pass what no resolver takes: empty and endless labels, and most punctuation. */
function isHostName(host: string): boolean {
  const name = host.replace(/\.$/, '')
  return name.length <= HOST_CHARACTERS_MAX && name.split('.').every((label) => HOST_LABEL.test(label))
}

type Target = { address: string; family: 'ipv4' | 'ipv6' }

/** The address that packets go to in the end: IPv4 inside IPv6 (mapped, NAT64) is taken out first. */
function effectiveAddress(address: string): Target | null {
  const version = isIP(address)
  if (version === 0 || address.includes('%')) return null
  if (version === 4) return { address, family: 'ipv4' }
  const groups = ipv6Groups(address)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  const isNat64 =
    groups[0] === 0x64 && groups[1] === 0xff9b && groups.slice(2, 6).every((group) => group === 0)
  if (!isMapped && !isNat64) return { address, family: 'ipv6' }
  const [high = 0, low = 0] = groups.slice(6)
  return { address: `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`, family: 'ipv4' }
}

/** Eight numbers. The address must have passed `isIP`. */
function ipv6Groups(address: string): number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  let text = address
  if (dotted) {
    const [a = 0, b = 0, c = 0, d = 0] = dotted.slice(1).map(Number)
    text = `${address.slice(0, dotted.index)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  }
  const [head = '', tail] = text.split('::')
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const before = parse(head)
  if (tail === undefined) return before
  const after = parse(tail)
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

/** RFC 5214 §6.1: such an address leads to the IPv4 address at its end, whatever its prefix. */
function isIsatap(address: string): boolean {
  const groups = ipv6Groups(address)
  return groups[5] === 0x5efe && (groups[4] === 0 || groups[4] === 0x200)
}

function isLoopback(target: Target): boolean {
  if (target.family === 'ipv4') return loopback4.check(target.address, 'ipv4')
  return ipv6Groups(target.address).every((group, index) => group === (index === 7 ? 1 : 0))
}

function networks(ranges: string, family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const range of ranges.split(' ')) {
    const [address = '', prefix] = range.split('/')
    list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/** @throws Problem `webhook-target-refused`, with what is wrong beside `/url` */
export function assertTarget(guard: TargetGuard, url: string, mode: Mode): void {
  const fault = guard.urlFault(url, mode)
  if (fault) throw problem('webhook-target-refused', { errors: [{ pointer: '/url', message: fault }] })
}
