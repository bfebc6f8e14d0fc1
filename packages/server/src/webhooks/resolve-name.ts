import { lookup, Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'

/** All addresses of a name. The signal ends a look-up that nobody waits for any more. */
export type Lookup = (hostname: string, signal: AbortSignal) => Promise<string[]>

const HOSTS_FILE = '/etc/hosts'
const QUERY_TIMEOUT_MS = 2_000
const QUERY_TRIES = 2

/**
 * Resolves a webhook's host: the hosts file, then DNS. Node's `lookup` would hold one of its four threads for
 * as long as a name server keeps silent; four such names of one customer would stop every other look-up, file
 * access and password check of the process. So DNS is asked without threads.
 * @param servers instead of those of the system
 */
export function createLookup(servers?: readonly string[]): Lookup {
  return async (hostname, signal) => {
    const name = hostname.toLowerCase().replace(/\.$/, '')
    const written = await fromHostsFile(name)
    if (written.length > 0) return written
    // Local names and search lists are the system's, and no stranger's name server answers for them.
    if (!name.includes('.') || name.endsWith('.localhost'))
      return (await lookup(hostname, { all: true, order: 'verbatim' })).map((entry) => entry.address)
    return fromDns(name, { signal, servers })
  }
}

export const systemLookup = createLookup()

async function fromDns(
  name: string,
  { signal, servers }: { signal: AbortSignal; servers: readonly string[] | undefined },
): Promise<string[]> {
  // One for each look-up, so that it can be cancelled alone and follows changes of resolv.conf.
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES })
  if (servers) resolver.setServers(servers)
  const cancel = () => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const addresses4 = four.status === 'fulfilled' ? four.value : []
    const addresses6 = six.status === 'fulfilled' ? six.value : []
    if (four.status === 'rejected' && addresses6.length === 0) throw four.reason
    return alternating(addresses4, addresses6)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** Both families stand among the first few, whichever of them this machine can reach. */
function alternating(first: string[], second: string[]): string[] {
  const length = Math.max(first.length, second.length)
  return Array.from({ length }, (_, index) => [first[index], second[index]])
    .flat()
    .filter((address) => address !== undefined)
}

async function fromHostsFile(name: string): Promise<string[]> {
  const text = await readFile(HOSTS_FILE, 'utf8').catch(() => '')
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/))
    .filter(([, ...names]) => names.includes(name))
    .map(([address = '']) => address)
}
