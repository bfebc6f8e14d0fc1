import { startHeartbeat } from './operations/heartbeat.ts'
import { startMetrics, type MetricsSource } from './operations/metrics-server.ts'
import type { RequestMetrics } from './operations/request-metrics.ts'
import {
  apiMetrics,
  processMetrics,
  sharedMetrics,
  workerMetrics,
  type WorkerFacts,
} from './operations/system-metrics.ts'
import type { Foundation, Services } from './services.ts'
import type { Shutdown } from './shutdown.ts'

/** What of this process runs, for those who watch it. */
export type Running = {
  api?: { services: Services; requestMetrics: RequestMetrics | undefined }
  worker?: WorkerFacts
}

/** Heartbeat and, where METRICS_PORT is set, `/metrics`. They end first, so that nothing is asked that is ending. */
export async function observe(
  foundation: Foundation,
  { api, worker }: Running,
  shutdown: Pick<Shutdown, 'add'>,
): Promise<void> {
  const { config, database, log } = foundation
  const heartbeat = await startHeartbeat({
    ...foundation,
    ...(api ? { api: apiFacts(api.services) } : {}),
    ...(worker ? { loops: () => worker.loops() } : {}),
  })
  shutdown.add({ name: 'heartbeat', run: () => heartbeat.stop() })
  if (config.metrics === null) return
  const sources: MetricsSource[] = [{ name: 'process', read: processMetrics(database) }]
  if (api) {
    sources.push({ name: 'api', read: () => apiMetrics(api.services) })
    const { requestMetrics } = api
    if (requestMetrics) sources.push({ name: 'requests', read: () => requestMetrics.read() })
  }
  if (worker) sources.push({ name: 'worker', read: () => workerMetrics(worker) })
  sources.push({ name: 'database', read: () => sharedMetrics(foundation) })
  const metrics = await startMetrics(config.metrics, sources, log)
  shutdown.add({ name: 'metrics', run: () => metrics.close() })
}

function apiFacts(services: Services) {
  return {
    logRows: () => ({ waiting: services.requestLog.waiting, lost: services.requestLog.dropped }),
    redis: () => services.redisAnswers(),
    isVerifying: () => services.isVerifying(),
  }
}
