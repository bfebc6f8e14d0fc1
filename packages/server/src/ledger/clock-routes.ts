import type { App } from '../http/app-type.ts'
import { problem } from '../problems.ts'
import { simulator } from '../rails/simulator.ts'
import type { Executor } from '../database/database.ts'
import { auditContext, recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import type { LedgerDeps } from './deps.ts'
import { expireHolds } from './expire-holds.ts'
import { settleDue } from './settle-loop.ts'
import { changeTestClock, clockTime, findTestClock, type ClockChange, type Moved } from './test-clock.ts'
import type { TestClock } from './test-clock.ts'
import { clockBody, MovedTestClock, TestClock as TestClockShape } from './test-schema.ts'

const tags = ['Test Mode']
const doors = ['key', 'member'] as const

const AHEAD_MAX_MS = 10 * 366 * 86_400_000
/** A time that lies so little behind the clock was read from it a moment ago. */
const BEHIND_MAX_MS = 60_000
/** So many transactions happen before the answer; the worker sees to the rest. */
const ROUNDS_MAX = 20

/** `/v1/test/clock`: when what waits in Test Mode is due. */
export function clockRoutes(app: App, deps: LedgerDeps): void {
  const { database, clock } = deps

  app.get(
    '/v1/test/clock',
    {
      config: { access: { resource: null, action: 'read', doors, testModeOnly: true } },
      schema: { tags, summary: 'Get the test clock', response: { 200: TestClockShape } },
    },
    async ({ principal }) => {
      const found = await findTestClock(database.pool, principal.workspaceId)
      return shapeOf(found, clock.now())
    },
  )

  const change = async (
    request: { principal: { workspaceId: string }; audit: AuditContext },
    plan: (before: TestClock, nowMs: number) => ClockChange,
  ) => {
    const { workspaceId } = request.principal
    const nowMs = clock.now()
    const { after } = await changeTestClock(
      database,
      { workspaceId, nowMs },
      (before) => plan(before, nowMs),
      (client, moved) => audited(client, request.audit, { workspaceId, nowMs, moved }),
    )
    let lookedAt = 0
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const count = (await settleDue(deps, simulator, workspaceId)) + (await expireHolds(deps, workspaceId))
      if (count === 0) break
      lookedAt += count
    }
    return { ...shapeOf(after, clock.now()), looked_at: lookedAt }
  }

  app.post(
    '/v1/test/clock',
    {
      config: { access: { resource: 'test', action: 'write', doors, testModeOnly: true } },
      schema: {
        tags,
        summary: 'Move or stop the test clock',
        description:
          'What is due by the clock happens before the answer, up to 2 000 transactions; more follow within seconds. ' +
          'The clock decides when settlements, delays, expiries and returns of Test Mode are due, and nothing else.',
        body: clockBody,
        response: { 200: MovedTestClock },
      },
    },
    (request) =>
      change({ principal: request.principal, audit: auditContext(request) }, (before, nowMs) =>
        planned(request.body, before, nowMs),
      ),
  )

  app.delete(
    '/v1/test/clock',
    {
      config: { access: { resource: 'test', action: 'write', doors, testModeOnly: true } },
      schema: {
        tags,
        summary: "Set the test clock back to the server's",
        description: 'Takes nothing back that has happened; what waits waits as long as before.',
        response: { 200: MovedTestClock },
      },
    },
    (request) =>
      change({ principal: request.principal, audit: auditContext(request) }, () => ({ kind: 'reset' })),
  )
}

/** @throws Problem `invalid-input` for a time behind the clock, or too far ahead */
function planned(
  body: { advance_seconds?: number | undefined; frozen_at?: Date | null | undefined },
  before: TestClock,
  nowMs: number,
): ClockChange {
  const shows = clockTime(before, nowMs)
  if (body.frozen_at === null) return { kind: 'run' }
  if (body.frozen_at) {
    const atMs = body.frozen_at.getTime()
    if (atMs < shows - BEHIND_MAX_MS)
      throw fault('/frozen_at', `lies behind the clock, which shows ${new Date(shows).toISOString()}`)
    if (atMs - nowMs > AHEAD_MAX_MS) throw fault('/frozen_at', 'lies more than 10 years ahead')
    return { kind: 'freeze', atMs: Math.max(atMs, shows) }
  }
  const byMs = (body.advance_seconds ?? 0) * 1_000
  if (shows + byMs - nowMs > AHEAD_MAX_MS)
    throw fault('/advance_seconds', 'would set the clock more than 10 years ahead')
  return { kind: 'advance', byMs }
}

const fault = (pointer: string, message: string) =>
  problem('invalid-input', { errors: [{ pointer, message }] })

async function audited(
  client: Executor,
  context: AuditContext,
  { workspaceId, nowMs, moved }: { workspaceId: string; nowMs: number; moved: Moved },
): Promise<void> {
  const facts = (clock: TestClock) => {
    const { now, frozen_at: frozenAt } = shapeOf(clock, nowMs)
    return { now, frozen_at: frozenAt }
  }
  await recordAudit(client, {
    ...context,
    workspaceId,
    action: 'test_clock.changed',
    target: { kind: 'workspace', id: workspaceId },
    before: facts(moved.before),
    after: facts(moved.after),
    mode: 'test',
    now: nowMs,
  })
}

function shapeOf(clock: TestClock, nowMs: number): TestClockShape {
  const shows = clockTime(clock, nowMs)
  return {
    now: new Date(shows).toISOString(),
    server_time: new Date(nowMs).toISOString(),
    ahead_seconds: (shows - nowMs) / 1_000,
    frozen_at: clock.frozenSinceMs === null ? null : new Date(shows).toISOString(),
  }
}
