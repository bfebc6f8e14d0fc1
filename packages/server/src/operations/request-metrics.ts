import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../http/app-type.ts'
import type { Metric, Sample } from './exposition.ts'

const BUCKETS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]
const STATUS_CLASSES = 6

type RouteCounts = {
  method: string
  route: string
  statuses: number[]
  buckets: number[]
  sumMs: number
}

export type RequestMetrics = {
  /** Counts what the routes answer that are added from now on. */
  watch(app: App): void
  read(): Metric[]
}

/**
 * Requests by route and status, how long they took, refusals by code. On the way of a request these are a few plain
 * numbers that belong to its route, found without a look-up; what a scrape reads is made when it is asked for. Labels
 * are patterns of routes and codes of problems: nothing that a caller chooses.
 */
export function createRequestMetrics(): RequestMetrics {
  const routes: RouteCounts[] = []
  const refusals = new Map<string, number>()

  function countsOf(method: string, route: string): RouteCounts {
    const buckets = Array.from({ length: BUCKETS_MS.length + 1 }, () => 0)
    const counts = { method, route, statuses: [0, 0, 0, 0, 0, 0], buckets, sumMs: 0 }
    routes.push(counts)
    return counts
  }

  function record(counts: RouteCounts, request: FastifyRequest, reply: FastifyReply): void {
    const ms = performance.now() - request.startedAt
    const status = (reply.statusCode / 100) | 0
    if (status < STATUS_CLASSES) counts.statuses[status]! += 1
    let bucket = 0
    while (bucket < BUCKETS_MS.length && ms > BUCKETS_MS[bucket]!) bucket += 1
    counts.buckets[bucket]! += 1
    counts.sumMs += ms
    const { refusal } = request
    if (refusal) refusals.set(refusal.code, (refusals.get(refusal.code) ?? 0) + 1)
  }

  return {
    watch(app) {
      app.addHook('onRoute', (options) => {
        const counts = countsOf(String(options.method), options.url)
        options.onResponse = [
          ...[options.onResponse ?? []].flat(),
          (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
            record(counts, request, reply)
            done()
          },
        ]
      })
      const unmatched = countsOf('ANY', 'none')
      app.addHook('onResponse', (request, reply, done) => {
        if (request.is404) record(unmatched, request, reply)
        done()
      })
    },
    read: () => [
      {
        name: 'countersign_requests_total',
        help: 'Requests by the pattern of their route and the class of their status.',
        type: 'counter',
        samples: routes.flatMap(({ method, route, statuses }) =>
          statuses.flatMap((value, index) =>
            value > 0 ? [{ value, labels: { method, route, status: `${index}xx` } }] : [],
          ),
        ),
      },
      {
        name: 'countersign_request_duration_seconds',
        help: 'From the end of the headers to the end of the answer.',
        type: 'histogram',
        samples: routes.filter(({ buckets }) => buckets.some((count) => count > 0)).flatMap(histogram),
      },
      {
        name: 'countersign_refusals_total',
        help: 'Answers that are problems, by their code: signatures among them.',
        type: 'counter',
        samples: [...refusals].map(([code, value]) => ({ value, labels: { code } })),
      },
    ],
  }
}

function histogram({ method, route, buckets, sumMs }: RouteCounts): Sample[] {
  let count = 0
  const samples: Sample[] = buckets.map((inBucket, index) => {
    count += inBucket
    const bound = BUCKETS_MS[index]
    const le = bound === undefined ? '+Inf' : String(bound / 1000)
    return { suffix: '_bucket', value: count, labels: { method, route, le } }
  })
  samples.push({ suffix: '_sum', value: sumMs / 1000, labels: { method, route } })
  samples.push({ suffix: '_count', value: count, labels: { method, route } })
  return samples
}
