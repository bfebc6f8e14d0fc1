import type { IncomingMessage } from 'node:http'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database, Executor } from './database/database.ts'
import { openRedis } from './database/redis.ts'
import { createDoors } from './doors.ts'
import type { Sealer } from './encryption.ts'
import { isForwardedConfidential, type ForwardedRequest } from './forwarded/verify-forwarded.ts'
import { isConfidential } from './http/client-address.ts'
import { createExports } from './http/exports.ts'
import { COUNTING, createTurns } from './http/turns.ts'
import { isOperatorKey } from './keys/credentials.ts'
import { createKeyCache, newestKeys, type KeyCache } from './keys/key-cache.ts'
import { openKeyChanges, type KeyChanges } from './keys/key-changes.ts'
import { createStreamAllowance } from './keys/stream-allowance.ts'
import { createLastUse } from './keys/last-use.ts'
import { createRateLimit } from './keys/rate-limit.ts'
import { createSharedRateLimit } from './keys/shared-rate-limit.ts'
import { createTransactionWriter } from './ledger/transaction-writer.ts'
import type { Log } from './log.ts'
import { MANUAL_RAIL, manualRail } from './rails/manual.ts'
import { findRailSettings } from './rails/queries.ts'
import { availableRail, railHealth } from './rails/rail-health.ts'
import type { Rail } from './rails/rail.ts'
import { simulator } from './rails/simulator.ts'
import { openAuthSecrets, type AuthSecret } from './sessions/auth-secrets.ts'
import { createAuth } from './sessions/auth.ts'
import type { CurrencyType, Mode } from './sessions/principal.ts'
import { assertOperator, principalFromSession } from './sessions/read-session.ts'
import { createFailureLimit } from './signatures/failure-limit.ts'
import { createGrader } from './signatures/grade-request.ts'
import { openNonces, type Nonces } from './signatures/open-nonces.ts'
import { sharedFailures } from './signatures/shared-failures.ts'
import { createRequestVerifier } from './signatures/verify-request.ts'
import { createSigningKeys } from './signing-keys/signing-keys.ts'
import { createLiveRequests } from './transaction-logs/live-requests.ts'
import { createRequestLog } from './transaction-logs/record-request.ts'
import type { WebhooksDeps } from './webhooks/deps.ts'
import { createLiveRows, deliverySource, eventSource } from './webhooks/live-rows.ts'
import { publishEvent } from './webhooks/publish-event.ts'
import { createTargetGuard, type TargetGuard } from './webhooks/target-guard.ts'
import { webhookFact } from './webhooks/webhook-fact.ts'
import { createActivation } from './workspaces/activation.ts'
import { auditContext, recordAudit } from './workspaces/audit-log.ts'

const LAST_USE_INTERVAL_MS = 2_000

/** The rails that the worker asks, and that may call. `manual` is neither: people say what it saw. */
export const RAILS: readonly Rail[] = [simulator]

export type Foundation = {
  config: Config
  database: Database
  /** For the connection that hears of changes; null where there is no database to hear from. */
  databaseUrl: string | null
  clock: Clock
  sealer: Sealer
  log: Log
  /** Writes to the terminal of whoever started the server; absent when nobody sits there. */
  printToTerminal?: (text: string) => void
  /** Brought along where there is no database; else they are read from it. */
  authSecrets?: readonly AuthSecret[]
  /** Waits; tests with a clock of their own do not. */
  wait?: (ms: number) => Promise<void>
  /** In place of the memory against replays; only where nothing can be heard and sent again. */
  nonces?: Nonces
}

export type Services = Awaited<ReturnType<typeof createServices>>

/** Everything that lives as long as the API server: what the rooms share, made once and in order. */
export async function createServices(foundation: Foundation) {
  const { config, database, clock, log } = foundation
  const auth = createAuth({
    ...foundation,
    authSecrets: foundation.authSecrets ?? (await openAuthSecrets(foundation)),
  })
  const activation = createActivation({
    async paymentConnection(executor, currencyType) {
      const { healthy, detail } = await railHealth(manualRail(executor, currencyType))
      return { done: healthy, detail }
    },
    webhook: webhookFact,
    depositInstructions,
  })
  const shared = config.redisUrl === null ? null : await openRedis(config.redisUrl, log)
  const keyCache = createKeyCache({
    executor: database.pool,
    sealer: foundation.sealer,
    ...(shared ? { isHearing: () => keyChanges !== null && keyChanges.isHearing() } : {}),
  })
  const keyChanges = await hearKeyChanges(foundation, keyCache, { isAlone: shared === null })
  const lastUse = createLastUse({ executor: database.pool })
  const lastUseTimer = setInterval(() => {
    // A batch that fails is only a time of use that stays older.
    void lastUse.flush().catch((err: unknown) => foundation.log.warn({ err }, 'last uses were not written'))
  }, LAST_USE_INTERVAL_MS).unref()
  const nonces =
    foundation.nonces ??
    (await openNonces({ database, clock, log, wait: foundation.wait, redis: shared?.redis ?? null }))
  const failures = createFailureLimit({
    clock,
    failuresPerMinute: config.failuresPerMinute,
    countForAll: shared ? sharedFailures(shared) : undefined,
  })
  const rateLimit = shared ? createSharedRateLimit(shared) : createRateLimit({ clock })
  const addressed = {
    findKey: (publicKey: string) => keyCache.find(publicKey),
    authorities: config.authorities,
    defaultPort: config.publicUrl.startsWith('https:') ? '443' : '80',
  }
  const verification = { clock, findKey: addressed.findKey, nonces, failures, rateLimit }
  const received = {
    ...verification,
    ...addressed,
    isConfidential: (request: IncomingMessage) => isConfidential(request, config.trustProxy),
  }
  const verifier = createRequestVerifier<IncomingMessage>(received)
  const forwardedVerifier = (defaultPort: string) =>
    createRequestVerifier<ForwardedRequest>({
      ...verification,
      // The platform's own keys reach the platform's own routes and no service behind it.
      findKey: (publicKey) => (isOperatorKey(publicKey) ? null : verification.findKey(publicKey)),
      authorities: config.forwardAuthorities,
      defaultPort,
      isConfidential: isForwardedConfidential,
    })
  const requestLog = createRequestLog({ ...foundation, live: createLiveRequests(shared) })
  const liveDeliveries = createLiveRows(foundation, deliverySource)
  const liveEvents = createLiveRows(foundation, eventSource)
  const doors = createDoors({
    config,
    verifier,
    failures,
    readSession: (request) => principalFromSession({ auth, config, database, clock }, request),
    assertOperator: (member) => assertOperator({ config, database }, member),
  })

  return {
    ...foundation,
    guard: webhookGuard(config),
    recordChange: recordWebhookChange,
    auth,
    activation,
    keyCache,
    cache: keyCache,
    lastUse,
    verifier,
    gradeRequest: createGrader(received),
    signingKeys: createSigningKeys(foundation),
    failures,
    forwardedVerifiers: { http: forwardedVerifier('80'), https: forwardedVerifier('443') },
    rateLimit,
    explain: {
      ...addressed,
      otherKeys: (workspaceId: string) => newestKeys(keyCache, { executor: database.pool, workspaceId }),
    },
    requestLog,
    liveDeliveries,
    liveEvents,
    streamAllowance: createStreamAllowance({ auth, config, database, clock, keyCache }),
    doors,
    exports: createExports(),
    counting: createTurns(COUNTING),
    publishEvent,
    keysChanged: (workspaceId: string) => keyCache.evictWorkspace(workspaceId),
    writer: createTransactionWriter(database),
    rails: RAILS,
    railOf: (mode: Mode, currencyType: CurrencyType) => railOf(database.pool, mode, currencyType),
    isProductionOpen: activation.isProductionOpen,
    /** The lock on the database was lost and is held again: whatever is remembered may be old. */
    async reopen() {
      keyCache.clear()
      await nonces.reopen()
    },
    /** Memory of the nonces that live; null where Redis holds them. */
    nonceBytes: () => nonces.bytes,
    /** Whether Redis answers; null where none is used. */
    redisAnswers: () => (shared ? shared.redis.status === 'ready' : null),
    /** Whether signed requests can be accepted: false while the memory that servers share is away. */
    isVerifying: () => nonces.isOpen(),
    /** Writes what is still in memory. Call it when no request runs any more. */
    async close() {
      clearInterval(lastUseTimer)
      liveDeliveries.close()
      liveEvents.close()
      await requestLog.close()
      await lastUse.flush()
      await nonces.close()
      await keyChanges?.close()
      shared?.close()
    },
  }
}

async function hearKeyChanges(
  { databaseUrl, log }: Foundation,
  keyCache: KeyCache,
  { isAlone }: { isAlone: boolean },
): Promise<KeyChanges | null> {
  if (databaseUrl === null) return null
  return openKeyChanges({
    url: databaseUrl,
    log,
    isAlone,
    onChange: (publicKey) => keyCache.evict(publicKey),
    onGap: () => keyCache.clear(),
  })
}

/** Where webhooks may go; the deliverer asks at every connection, the routes when an address is saved. */
export function webhookGuard(config: Config): TargetGuard {
  return createTargetGuard({
    allowedNetworks: config.webhookAllowedNetworks,
    loopbackInTestMode: config.isLoopback && config.trustProxy === null,
  })
}

const recordWebhookChange: WebhooksDeps['recordChange'] = (executor, request, change) =>
  recordAudit(executor, { ...auditContext(request), workspaceId: request.principal.workspaceId, ...change })

/** What moves the money of a mode and currency type. Production has nothing until an operator switches a rail on. */
async function railOf(executor: Executor, mode: Mode, currencyType: CurrencyType): Promise<Rail | null> {
  if (mode === 'test') return simulator
  return availableRail(manualRail(executor, currencyType), currencyType)
}

async function depositInstructions(executor: Executor, currencyType: CurrencyType): Promise<string | null> {
  return (await findRailSettings(executor, { rail: MANUAL_RAIL, currencyType })).depositInstructions
}
