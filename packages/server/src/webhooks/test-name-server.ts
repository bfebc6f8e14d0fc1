import { createSocket } from 'node:dgram'
import { isIP, type AddressInfo } from 'node:net'

const TYPE_A = 1
const TYPE_AAAA = 28
const HEADER_BYTES = 12

/** A name server on a real port, for one that belongs to an attacker. */
export async function startNameServer() {
  /** Answers by name, one list for each look-up; the last is repeated. Names without any get no answer at all. */
  const answers = new Map<string, readonly (readonly string[])[]>()
  const asked: { name: string; type: number }[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query)
    const nth = asked.filter((one) => one.name === name && one.type === type).length
    asked.push({ name, type })
    const lists = answers.get(name)
    if (!lists) return
    const addresses = lists[Math.min(nth, lists.length - 1)] ?? []
    const family = type === TYPE_A ? 4 : type === TYPE_AAAA ? 6 : 0
    const records = addresses
      .filter((address) => isIP(address) === family)
      .map((address) => record(type, address))
    const header = Buffer.alloc(HEADER_BYTES)
    query.copy(header, 0, 0, 2)
    // A response, authoritative, recursion desired and available, no error.
    header.writeUInt16BE(0x8580, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    socket.send(
      Buffer.concat([header, query.subarray(HEADER_BYTES, end), ...records]),
      from.port,
      from.address,
    )
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    answers,
    asked,
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  }
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let at = HEADER_BYTES
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** Points at the question's name, class IN, no time to live. */
function record(type: number, address: string): Buffer {
  const data = type === TYPE_A ? Buffer.from(address.split('.').map(Number)) : ipv6Bytes(address)
  const head = Buffer.from([0xc0, HEADER_BYTES, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length])
  return Buffer.concat([head, data])
}

function ipv6Bytes(address: string): Buffer {
  // URL writes the last four bytes as two groups, however they were written.
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = '', tail = ''] = plain.split('::')
  const groups = (text: string) => (text ? text.split(':').map((group) => Number.parseInt(group, 16)) : [])
  const [before, after] = [groups(head), groups(tail)]
  const filled = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
  return Buffer.from(filled.flatMap((group) => [group >> 8, group & 255]))
}
