import { deliverMail, pruneMail, smtpTransport, type MailDeps } from './mail.ts'
import { deleteExpiredSessions } from './queries.ts'
import { pruneThrottles } from './throttle.ts'

const DELIVER_INTERVAL_MS = 2_000
const PRUNE_INTERVAL_MS = 3_600_000

/** What the worker repeats for this room: hand over mail, and destroy what has passed its time. */
export function sessionLoops(deps: MailDeps) {
  const { smtpUrl } = deps.config
  const transport = smtpUrl === null ? null : smtpTransport(smtpUrl)
  return [
    {
      name: 'mail',
      intervalMs: DELIVER_INTERVAL_MS,
      async run(): Promise<'more' | void> {
        // Without a mail server, mail waits at the operator's page.
        if (transport && (await deliverMail(deps, transport)) > 0) return 'more'
      },
    },
    {
      name: 'prune-people',
      intervalMs: PRUNE_INTERVAL_MS,
      async run(): Promise<void> {
        await pruneMail(deps)
        await pruneThrottles({ executor: deps.database.pool, clock: deps.clock })
        await deleteExpiredSessions(deps.database.pool, new Date(deps.clock.now()))
      },
    },
  ]
}
