import { expect, test } from 'vitest'
import type { TransactionLog } from './api-types.ts'
import { merged } from './use-log-rows.ts'

const row = (id: string, status = 200) => ({ id, status }) as TransactionLog
const live = (...rows: TransactionLog[]) => new Map(rows.map((each) => [each.id, each]))

test('rows that came live stand once, newest first, and replace what the list had of them', () => {
  const listed = [row('req_5'), row('req_3', 0), row('req_1')]
  const rows = merged(listed, live(row('req_6'), row('req_3', 201), row('req_4')))
  expect(rows.map(({ id, status }) => `${id} ${status}`)).toEqual([
    'req_6 200',
    'req_5 200',
    'req_4 200',
    'req_3 201',
    'req_1 200',
  ])
  expect(merged(listed, live())).toBe(listed)
})
