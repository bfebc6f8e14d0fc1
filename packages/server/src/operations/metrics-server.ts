import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../log.ts'
import { exposition, type Metric } from './exposition.ts'

export type MetricsSource = { name: string; read(): Metric[] | Promise<Metric[]> }
export type MetricsServer = { port: number; close(): Promise<void> }

const SOURCE_LIMIT_MS = 5_000
const REQUEST_LIMIT_MS = 10_000
const CONNECTIONS_MAX = 20

/**
 * `/metrics`, on an address of its own, so that it can stay inside: it asks nobody who they are. One reading at a time
 * serves everybody who asks meanwhile.
 */
export async function startMetrics(
  { host, port }: { host: string; port: number },
  sources: readonly MetricsSource[],
  log: Log,
): Promise<MetricsServer> {
  let reading: Promise<string> | null = null
  const read = (): Promise<string> =>
    (reading ??= readAll(sources, log).finally(() => {
      reading = null
    }))
  const server = createServer((request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') return end(response, 404)
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return end(response, 405, { allow: 'GET, HEAD' })
    read().then(
      (text) => {
        response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
        response.end(request.method === 'HEAD' ? undefined : text)
      },
      (err: unknown) => {
        log.error({ err }, 'metrics could not be read')
        end(response, 500)
      },
    )
  })
  server.requestTimeout = REQUEST_LIMIT_MS
  server.headersTimeout = REQUEST_LIMIT_MS
  server.maxConnections = CONNECTIONS_MAX
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A source that fails or takes too long is told of and left out; the others are answered. */
async function readAll(sources: readonly MetricsSource[], log: Log): Promise<string> {
  const failures: Metric = {
    name: 'countersign_scrape_failed',
    help: '1 for each part that could not be read this time, such as the database.',
    type: 'gauge',
    samples: [],
  }
  const metrics: Metric[] = []
  for (const { name, read } of sources) {
    let value = 0
    try {
      metrics.push(...(await withinLimit(read())))
    } catch (err) {
      log.warn({ err, source: name }, 'a part of the metrics could not be read')
      value = 1
    }
    failures.samples.push({ value, labels: { source: name } })
  }
  return exposition([...metrics, failures])
}

async function withinLimit<T>(work: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('took too long')), SOURCE_LIMIT_MS)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

function end(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers).end()
}
