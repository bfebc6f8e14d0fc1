import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import type { SharedStore } from '../database/redis.ts'
import { openLiveRelay } from './live-relay.ts'
import type { LogRow } from './queries.ts'

it('what others publish on its channels is passed over and ends no process', () => {
  const subscriber = Object.assign(new EventEmitter(), {
    subscribe: async () => {},
    unsubscribe: async () => {},
  })
  const rows: LogRow[] = []
  const relay = openLiveRelay({
    subscriber,
    redis: { status: 'end' },
    onRow: (_topic: string, row: LogRow) => void rows.push(row),
    onGap() {},
  } as unknown as SharedStore & Parameters<typeof openLiveRelay>[0])
  for (const text of [
    '',
    '{',
    'null',
    '1',
    '{"from":"x"}',
    '{"from":"x","row":1}',
    '{"from":"x","row":{"id":"req_1"}}',
  ])
    subscriber.emit('message', 'countersign:live:wks_1 test', text)
  expect(rows).toEqual([])
  subscriber.emit(
    'message',
    'countersign:live:wks_1 test',
    '{"from":"x","row":{"id":"req_1","path":"/v1/me"}}',
  )
  expect(rows).toHaveLength(1)
  relay.close()
})
