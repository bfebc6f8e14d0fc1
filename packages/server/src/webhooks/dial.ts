import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Mode } from '../sessions/principal.ts'
import type { Lookup } from './resolve-name.ts'
import { mayUsePort, type TargetGuard } from './target-guard.ts'

/** What one connection cost, in milliseconds; null where a phase was not reached or does not exist. */
export type DialTimings = {
  remoteAddress: string | null
  dnsMs: number | null
  connectMs: number | null
  tlsMs: number | null
}

export class TargetRefusedError extends Error {
  readonly code = 'TARGET_REFUSED'
}

export class NameError extends Error {
  readonly code = 'DNS'
}

const ADDRESSES_TRIED_MAX = 4
/** For every address but the last: a dead one must not eat the time of those behind it. */
const CONNECT_LIMIT_MS = 3_000

type Target = { hostname: string; port: number; secure: boolean; mode: Mode }

/**
 * Opens a connection to a webhook's target. The addresses are judged here, after the look-up and before the
 * dialling, and the judged address is the one dialled: a name that answers differently a moment later changes
 * nothing. A name with a single forbidden address is refused whole.
 * @param timings is filled in as far as the attempt comes
 * @throws TargetRefusedError, NameError, or the socket's error
 */
export async function dial(
  target: Target,
  timings: DialTimings,
  { guard, lookup: resolve, signal }: { guard: TargetGuard; lookup: Lookup; signal: AbortSignal },
): Promise<Socket> {
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (!mayUsePort(target.port)) throw new TargetRefusedError(`webhooks may not use port ${target.port}`)
  const started = performance.now()
  const addresses = isIP(host) ? [host] : await resolveName(host, resolve, signal)
  if (!isIP(host)) timings.dnsMs = performance.now() - started
  const forbidden = addresses.find((address) => !guard.mayDial(address, target.mode))
  if (forbidden !== undefined)
    throw new TargetRefusedError('the target is a private, local or otherwise special address')

  let failure: unknown
  const tried = addresses.slice(0, ADDRESSES_TRIED_MAX)
  for (const address of tried) {
    signal.throwIfAborted()
    timings.remoteAddress = address
    const dialled = performance.now()
    try {
      const socket = await opened(
        connectTcp({ host: address, port: target.port, noDelay: true }),
        'connect',
        address === tried.at(-1) ? signal : AbortSignal.any([signal, AbortSignal.timeout(CONNECT_LIMIT_MS)]),
      )
      timings.connectMs = performance.now() - dialled
      return target.secure ? await secured(socket, host, timings, signal) : socket
    } catch (error) {
      failure = error
      // The handshake was with the right machine: another address would not answer it better.
      if (timings.connectMs !== null) throw error
    }
  }
  throw failure
}

async function resolveName(host: string, resolve: Lookup, signal: AbortSignal): Promise<string[]> {
  try {
    const addresses = await resolve(host, signal)
    if (addresses.length > 0) return addresses
  } catch (error) {
    throw new NameError(
      `the name could not be resolved (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    )
  }
  throw new NameError('the name has no address')
}

async function secured(
  socket: Socket,
  host: string,
  timings: DialTimings,
  signal: AbortSignal,
): Promise<Socket> {
  const started = performance.now()
  const secure = connectTls({
    socket,
    host,
    // RFC 6066 §3: an address is not a server name.
    ...(isIP(host) ? {} : { servername: host }),
    ALPNProtocols: ['http/1.1'],
    // Said here, so that no variable of the environment (NODE_TLS_REJECT_UNAUTHORIZED, NODE_OPTIONS) unsays it.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  })
  await opened(secure, 'secureConnect', signal)
  timings.tlsMs = performance.now() - started
  return secure
}

function opened<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const abort = () => socket.destroy(signal.reason as Error)
    const settle = () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail).off('close', closed)
    }
    const fail = (error: Error) => {
      settle()
      // A socket that failed may still complain while it closes; nobody is left to hear it.
      socket.on('error', () => {})
      socket.destroy()
      reject(error)
    }
    const closed = () => fail(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }))
    if (signal.aborted) return fail(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', fail).once('close', closed)
    socket.once(event, () => {
      settle()
      resolve(socket)
    })
  })
}
