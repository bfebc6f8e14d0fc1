import type { Executor } from './database/database.ts'
import { forgetIdempotencyKeysLoop } from './http/idempotency.ts'
import { deleteEndedCliLogins } from './keys/cli-login-queries.ts'
import { pruneCallers } from './keys/caller-queries.ts'
import { endUnkeptKeys } from './keys/end-unkept-keys.ts'
import { sendKeyLetters } from './keys/letters.ts'
import { destroyRetiredOperatorSecrets } from './keys/operator-key-queries.ts'
import { destroyRetiredSecrets } from './keys/queries.ts'
import { tellExpiry } from './keys/tell-expiry.ts'
import { tellRotation } from './keys/tell-rotation.ts'
import { expireHoldsLoop } from './ledger/expire-holds.ts'
import { resetLoop } from './ledger/reset-test-data.ts'
import { settleLoop } from './ledger/settle-loop.ts'
import { reconciliationLoop } from './reconciliation/loop.ts'
import { endAbsent } from './listeners/loops.ts'
import { RAILS, type Foundation } from './services.ts'
import { deliverMail, pruneMail, sendMail, smtpTransport, type Message } from './sessions/mail.ts'
import { deleteExpiredSessions } from './sessions/queries.ts'
import { pruneThrottles } from './sessions/throttle.ts'
import { pruneTransactionLogs } from './transaction-logs/partitions.ts'
import { foldUsageLoop } from './usage/fold-usage.ts'
import { pruneUsage } from './usage/prune-usage.ts'
import { checkEventsLoop } from './webhooks/check-events-loop.ts'
import { pruneWebhooks } from './webhooks/partitions.ts'
import { publishEvent } from './webhooks/publish-event.ts'
import { tellFailing } from './webhooks/tell-failing.ts'
import { replayLoop } from './webhooks/replay-loop.ts'
import type { Loop } from './worker.ts'

const KEY_EXPIRY_INTERVAL_MS = 30_000
const FAILING_INTERVAL_MS = 30_000
const MAIL_INTERVAL_MS = 2_000
const LISTENERS_INTERVAL_MS = 60_000
const PRUNE_INTERVAL_MS = 3_600_000
const DAY_MS = 86_400_000
const RETIRED_SECRET_DAYS = 7
const RETIRED_SECRETS_MAX = 1_000
const CALLER_DAYS = 90
const CALLERS_MAX = 50_000
const CLI_LOGINS_MAX = 50_000

/** Everything that the role `worker` repeats. A room that has recurring work lists it here. */
export function createLoops(foundation: Foundation): Loop[] {
  const loops: Loop[] = [
    pruneLoop(foundation),
    keyExpiryLoop(foundation),
    listenersLoop(foundation),
    failingEndpointsLoop(foundation),
    forgetIdempotencyKeysLoop(foundation),
    checkEventsLoop(foundation),
    replayLoop(foundation),
    resetLoop(foundation),
    foldUsageLoop(foundation),
    settleLoop({ ...foundation, rails: RAILS }),
    expireHoldsLoop(foundation),
    reconciliationLoop({
      ...foundation,
      sendMail: (message, executor) => sendMail(foundation, message, executor),
    }),
  ]
  if (foundation.config.smtpUrl) loops.push(mailLoop(foundation, foundation.config.smtpUrl))
  return loops
}

function keyExpiryLoop(foundation: Foundation): Loop {
  return {
    name: 'expire',
    intervalMs: KEY_EXPIRY_INTERVAL_MS,
    async run() {
      const rounds = [
        await tellExpiry({ ...foundation, publishEvent }),
        await tellRotation({ ...foundation, publishEvent }),
        await endUnkeptKeys({ ...foundation, publishEvent }),
        await sendKeyLetters({
          ...foundation,
          sendMail: (message, executor) => sendMail(foundation, message, executor),
        }),
      ]
      return rounds.some(({ more }) => more) ? 'more' : undefined
    },
  }
}

function listenersLoop(foundation: Foundation): Loop {
  return {
    name: 'listeners',
    intervalMs: LISTENERS_INTERVAL_MS,
    run: () => endAbsent(foundation, foundation.config.logRetentionDays),
  }
}

function failingEndpointsLoop(foundation: Foundation): Loop {
  const deps = {
    ...foundation,
    sendMail: (message: Message, executor: Executor) => sendMail(foundation, message, executor),
  }
  return {
    name: 'failing',
    intervalMs: FAILING_INTERVAL_MS,
    run: async () => ((await tellFailing(deps)).more ? 'more' : undefined),
  }
}

function mailLoop(foundation: Foundation, smtpUrl: string): Loop {
  const transport = smtpTransport(smtpUrl)
  return {
    name: 'mail',
    intervalMs: MAIL_INTERVAL_MS,
    run: async () => ((await deliverMail(foundation, transport)) > 0 ? 'more' : undefined),
  }
}

/** Removes what nobody may or needs to keep. One kind that fails does not keep the others. */
function pruneLoop({ config, database, clock }: Foundation): Loop {
  const executor = database.pool
  const chores = [
    () => pruneTransactionLogs(database, { nowMs: clock.now(), retentionDays: config.logRetentionDays }),
    () => pruneWebhooks(database, { nowMs: clock.now(), retentionDays: config.logRetentionDays }),
    () => pruneUsage(executor, { nowMs: clock.now(), retentionDays: config.logRetentionDays }),
    () => deleteExpiredSessions(executor, new Date(clock.now())),
    () => pruneThrottles({ executor, clock }),
    () => pruneMail({ database, clock }),
    () =>
      pruneCallers(executor, {
        usedBefore: new Date(clock.now() - CALLER_DAYS * DAY_MS),
        limit: CALLERS_MAX,
      }),
    () =>
      deleteEndedCliLogins(executor, {
        endedBefore: new Date(clock.now() - DAY_MS),
        limit: CLI_LOGINS_MAX,
      }),
    () =>
      destroyRetiredSecrets(executor, {
        endedBefore: new Date(clock.now() - RETIRED_SECRET_DAYS * DAY_MS),
        now: new Date(clock.now()),
        limit: RETIRED_SECRETS_MAX,
      }),
    () =>
      destroyRetiredOperatorSecrets(executor, {
        endedBefore: new Date(clock.now() - RETIRED_SECRET_DAYS * DAY_MS),
        now: new Date(clock.now()),
      }),
  ]
  return {
    name: 'prune',
    intervalMs: PRUNE_INTERVAL_MS,
    async run(signal) {
      const faults: unknown[] = []
      for (const chore of chores) {
        if (signal.aborted) return
        await chore().catch((fault: unknown) => faults.push(fault))
      }
      if (faults.length > 0) throw new AggregateError(faults, `prune: ${faults.map(String).join('; ')}`)
    },
  }
}
