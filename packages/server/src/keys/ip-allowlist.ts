import { BlockList, isIP } from 'node:net'
import { blockListHas, plainAddress } from '../http/client-address.ts'

/**
 * CIDR ranges as people write them, made plain: a single address gets its full prefix, IPv4 mapped into IPv6
 * becomes IPv4.
 * @returns the ranges, and the positions of those that are none
 */
export function parseNetworks(ranges: readonly string[]): { networks: string[]; invalid: number[] } {
  const networks: string[] = []
  const invalid: number[] = []
  for (const [index, range] of ranges.entries()) {
    const network = parseNetwork(range.trim())
    if (network === null) invalid.push(index)
    else networks.push(network)
  }
  return { networks: [...new Set(networks)], invalid }
}

function parseNetwork(range: string): string | null {
  const [written = '', prefix, ...rest] = range.split('/')
  const address = plainAddress(written.toLowerCase())
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return null
  const bits = version === 4 ? 32 : 128
  // ::ffff:203.0.113.0/120 means the 24 bits of the IPv4 part.
  const mapped = address !== written.toLowerCase() ? 96 : 0
  const length = prefix === undefined ? bits : Number(prefix) - mapped
  return length < 0 || length > bits ? null : `${address}/${length}`
}

/** The ranges ready for checking; null when any address may come. */
export function allowlistOf(ranges: readonly string[]): BlockList | null {
  if (ranges.length === 0) return null
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix = ''] = range.split('/')
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

/** Whether an address is in the list; a mapped IPv4 address counts as IPv4. */
export function isAllowed(list: BlockList | null, address: string): boolean {
  return list === null || blockListHas(list, plainAddress(address))
}
