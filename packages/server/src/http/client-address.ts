import type { IncomingMessage } from 'node:http'
import { isIP, type BlockList } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { isLoopbackHost } from '../config.ts'

const FORWARDED_ADDRESSES_MAX = 16

/** The address in its plain form: IPv4 that arrived mapped into IPv6 is IPv4 (RFC 4291 §2.5.5.2). */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
}

export function blockListHas(list: BlockList, address: string): boolean {
  const version = isIP(address)
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/**
 * The address of the caller: the socket's peer, or, when the peer is a trusted proxy, the last address in
 * X-Forwarded-For that is not a trusted proxy itself.
 */
export function clientAddress(request: IncomingMessage, trustProxy: BlockList | null): string {
  const peer = plainAddress(request.socket.remoteAddress ?? '')
  if (!trustProxy || !blockListHas(trustProxy, peer)) return peer
  const forwarded = request.headers['x-forwarded-for']
  if (typeof forwarded !== 'string') return peer
  return lastUntrusted(forwarded, trustProxy) ?? peer
}

/** The last address of an X-Forwarded-For that no trusted proxy has; null when one cannot be read or none is left. */
export function lastUntrusted(forwarded: string, trustProxy: BlockList | null): string | null {
  const addresses = forwarded.split(',').slice(-FORWARDED_ADDRESSES_MAX)
  for (const entry of addresses.reverse()) {
    const address = plainAddress(entry.trim())
    if (isIP(address) === 0) return null
    if (!trustProxy || !blockListHas(trustProxy, address)) return address
  }
  return null
}

/**
 * Whether a production key may be used over this connection: TLS ends here, or at a trusted proxy that says
 * so, or nothing leaves the machine (peer, listener and authority are all loopback).
 */
export function isConfidential(request: IncomingMessage, trustProxy: BlockList | null): boolean {
  const { socket } = request
  if ((socket as TLSSocket).encrypted === true) return true
  const peer = plainAddress(socket.remoteAddress ?? '')
  if (trustProxy && blockListHas(trustProxy, peer)) return request.headers['x-forwarded-proto'] === 'https'
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  return (
    isLoopbackHost(peer) && isLoopbackHost(plainAddress(socket.localAddress ?? '')) && isLoopbackHost(host)
  )
}

/** An IPv6 customer owns a whole /64 (RFC 6177), so that is what counts as one address. */
export function network(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%', 1)[0]!.split('::')
  const front = head === '' ? [] : head.split(':')
  const zeros = tail === undefined ? 0 : 8 - front.length - (tail === '' ? 0 : tail.split(':').length)
  return [...front, ...Array<string>(Math.max(0, zeros)).fill('0')].slice(0, 4).join(':')
}
