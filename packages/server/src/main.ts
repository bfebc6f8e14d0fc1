import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildApp } from './app.ts'
import { systemClock } from './clock.ts'
import { ConfigError, readConfig, withPort, type Config } from './config.ts'
import { openDatabase } from './database/database.ts'
import { migrate } from './database/migrate.ts'
import { openSealer } from './database/open-sealer.ts'
import { assertMasterKeyFits } from './database/seal-check.ts'
import { startDatabase } from './database/start-database.ts'
import type { ServerLock } from './database/server-lock.ts'
import { StartUpError } from './database/start-up-error.ts'
import { SealError, type Sealer } from './encryption.ts'
import { createLoops } from './loops.ts'
import { createLog, type Log } from './log.ts'
import { observe, type Running } from './observe.ts'
import { createRequestMetrics } from './operations/request-metrics.ts'
import { readyReport } from './ready-report.ts'
import { createServices, webhookGuard, type Foundation, type Services } from './services.ts'
import { setupLink } from './sessions/setup.ts'
import { createShutdown, onStopSignal, type Shutdown } from './shutdown.ts'
import { ensureUpcomingPartitions } from './transaction-logs/partitions.ts'
import { createSigningKeys } from './signing-keys/signing-keys.ts'
import { startDeliverer } from './webhooks/deliver.ts'
import { startWorker } from './worker.ts'

const DRAIN_LIMIT_MS = 10_000
const REOPEN_INTERVAL_MS = 1_000
// `master-key rotate` waits twice as long before it re-seals.
const MASTER_KEY_LOOK_MS = 1_000
// The same from the source (src/) and from the bundle (dist/).
const DASHBOARD_DIR = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
const GUIDES_DIR = fileURLToPath(new URL('../../dashboard/guides/dist', import.meta.url))

try {
  const settings = readConfig(process.env)
  const config = withPort(settings, settings.port || (await findFreePort(settings.host)))
  await main(config, createLog(config.logLevel))
} catch (error) {
  process.stderr.write(explain(error))
  process.exit(1)
}

/** Starts, and from then on stops in order at a signal or an error that nobody caught. */
async function main(config: Config, log: Log): Promise<void> {
  const shutdown = createShutdown(log)
  const starting = start(config, log, shutdown)
  const stop = async (exitCode: number): Promise<void> => {
    // What is half started cannot be stopped cleanly; the rest of the start takes a second.
    await starting.catch(() => {})
    const clean = await shutdown.run()
    process.exit(clean ? exitCode : 1)
  }
  // `stop` ends the process and handles its own errors.
  onStopSignal(
    () => void stop(0),
    () => {
      shutdown.force()
      process.exit(1)
    },
  )
  // After an error that nobody caught, what is in memory cannot be trusted; what is in Postgres can.
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'an error that nobody caught: stopping')
    void stop(1)
  })
  try {
    await starting
  } catch (error) {
    await shutdown.run()
    throw error
  }
}

/** Database → migrate → keys → roles → ready. Registers with `shutdown` whatever it begins. */
async function start(config: Config, log: Log, shutdown: Shutdown): Promise<void> {
  const postgres = await startDatabase({ config, log })
  shutdown.add({ name: 'database', run: () => postgres.stop(), force: () => postgres.forceStop() })
  const sealer = await openSealer(config, postgres.url)
  const follow = setInterval(() => followMasterKeyFile(sealer, log), MASTER_KEY_LOOK_MS).unref()
  shutdown.add({ name: 'master key', run: async () => clearInterval(follow) })
  await migrate(postgres.url)
  const database = openDatabase(postgres.url, {
    onIdleError: (err) => log.warn({ err }, 'a database connection broke; the pool replaces it'),
  })
  shutdown.add({ name: 'connections', run: () => database.close() })
  await assertMasterKeyFits(database.pool, sealer)

  const clock = systemClock
  await ensureUpcomingPartitions(database, clock.now())
  const printToTerminal = process.stdout.isTTY ? (text: string) => void process.stdout.write(text) : undefined
  const foundation = { config, log, database, databaseUrl: postgres.url, sealer, clock, printToTerminal }

  const running: Running = {}
  if (config.roles.has('api')) running.api = await serve(foundation, postgres.lock, shutdown)
  if (config.roles.has('worker')) {
    const worker = startWorker(createLoops(foundation), { log })
    shutdown.add({ name: 'worker', run: () => worker.stop() })
    const signingKeys = createSigningKeys(foundation)
    const deliverer = await startDeliverer({
      ...foundation,
      platformSigner: () => signingKeys.signer('webhooks'),
      guard: webhookGuard(config),
      retrySchedule: config.webhookRetrySchedule,
    })
    shutdown.add({ name: 'deliverer', run: () => deliverer.stop() })
    running.worker = { loops: () => worker.states(), attempts: () => deliverer.attempts() }
  }
  await observe(foundation, running, shutdown)
  // `npm start` marks where its own work ended; without the mark, the process is the start.
  const startedAt = performance.getEntriesByName('countersign-start')[0]?.startTime ?? 0
  const link = config.roles.has('api') ? await setupLink(foundation) : null
  const seconds = (performance.now() - startedAt) / 1000
  process.stdout.write(readyReport({ config, seconds, setupLink: link }))
}

async function serve(
  foundation: Foundation,
  lock: ServerLock | null,
  shutdown: Shutdown,
): Promise<NonNullable<Running['api']>> {
  const { config, log } = foundation
  const services = await createServices(foundation)
  shutdown.add({ name: 'services', run: () => services.close() })
  const isReady = followLock(lock, services, log)
  const requestMetrics = config.metrics ? createRequestMetrics() : undefined
  const app = await buildApp({
    ...services,
    isReady,
    dashboardDir: DASHBOARD_DIR,
    guidesDir: GUIDES_DIR,
    ...(requestMetrics ? { requestMetrics } : {}),
  })
  shutdown.add({
    name: 'api',
    async run() {
      // Requests that run may finish; streams that would never end are cut.
      const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN_LIMIT_MS)
      await app.close()
      clearTimeout(cut)
    },
  })
  await app.listen({ host: config.host, port: config.port })
  return { services, requestMetrics }
}

/** Answers only while the lock is held; after a loss, not before what another server may have changed is known. */
function followLock(lock: ServerLock | null, services: Services, log: Log): () => boolean {
  let isOpen = true
  const reopen = async (): Promise<void> => {
    while (!isOpen && lock?.held()) {
      try {
        await services.reopen()
        isOpen = lock.held()
      } catch (err) {
        log.error({ err }, 'the server cannot answer again yet')
        await delay(REOPEN_INTERVAL_MS, undefined, { ref: false })
      }
    }
  }
  lock?.onChange((held) => {
    isOpen = false
    log.warn({ held }, held ? 'the lock on the database is held again' : 'the lock on the database is lost')
    // It handles its own errors and ends when the lock is lost again.
    if (held) void reopen()
  })
  return () => isOpen
}

/** What `master-key rotate` wrote seals from now on, without a restart. */
function followMasterKeyFile(sealer: Sealer, log: Log): void {
  const before = sealer.masterKeyId
  try {
    sealer.refresh()
  } catch (err) {
    // The keys in memory go on.
    return log.warn({ err }, 'the master key file cannot be read')
  }
  if (sealer.masterKeyId !== before)
    log.warn({ master_key_id: sealer.masterKeyId }, 'another master key seals from now on')
}

/** The address is part of cookies, links and signatures, so that it must be known before anything is built. */
function findFreePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject).listen(0, host, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** What a person can mend is said in a line; anything else is a bug and keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) {
    return `Countersign cannot start; ${error.faults.length} setting(s) need a change:\n${error.faults
      .map((fault) => `  ${fault}\n`)
      .join('')}`
  }
  if (error instanceof StartUpError || error instanceof SealError) return `${error.message}\n`
  const { code, address, port, path, stack } = error as NodeJS.ErrnoException & {
    address?: string
    port?: number
  }
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${address} is in use by another program. Set another PORT.\n`
  if (code === 'EACCES' && port)
    return `Port ${port} needs more rights than this user has. Set another PORT.\n`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST ${address ?? ''} is no address of this machine.\n`
  if (code === 'EACCES' && path) return `Cannot open ${path}: permission denied.\n`
  return `Countersign could not start: ${stack ?? String(error)}\n`
}
