import { expect, test, vi } from 'vitest'
import type { Database } from '../database/database.ts'
import { createLog } from '../log.ts'
import { createLiveRows, type LiveSource } from './live-rows.ts'

test('a look begins where the one before began, however long it rested: nothing falls between them', async () => {
  let nowMs = 1_764_000_000_000
  const pool = { query: async () => ({ rows: [{ ms: nowMs }] }) }
  const looks: { nowMs: number; eventMs: number; recordedMs: number }[] = []
  const source: LiveSource<never> = {
    async changes(_executor, _place, { eventMs, recordedMs }) {
      looks.push({ nowMs, eventMs, recordedMs })
      // The server had so many places to look at that the next look comes a minute later.
      nowMs += 60_000
      return []
    },
    read: async () => [],
  }
  const live = createLiveRows(
    { database: { pool } as unknown as Database, clock: { now: () => nowMs }, log: createLog('silent') },
    source,
  )
  const unsubscribe = await live.subscribe(
    { workspaceId: 'wks_1', mode: 'test' },
    { onRows() {}, onGap() {}, onBroken() {} },
  )
  await vi.waitFor(() => expect(looks.length).toBeGreaterThan(2), { timeout: 5_000 })
  unsubscribe()
  live.close()
  for (const [index, { eventMs, recordedMs }] of looks.slice(1).entries()) {
    expect(eventMs).toBeLessThan(looks[index]!.nowMs)
    expect(recordedMs).toBeLessThan(looks[index]!.nowMs)
  }
})
