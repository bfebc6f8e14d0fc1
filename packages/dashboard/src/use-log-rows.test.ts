import { expect, test } from 'vitest'
import type { TransactionLog } from './api-types.ts'
import { merged } from './use-log-rows.ts'

const row = (id: string, status = 200) => ({ id, status }) as TransactionLog
const all = { fits: () => true }
const live = (...rows: TransactionLog[]) => new Map(rows.map((each) => [each.id, each]))

test('rows that came live stand once, newest first, and replace what the list had of them', () => {
  const listed = [row('req_5'), row('req_3', 0), row('req_1')]
  const rows = merged(listed, live(row('req_6'), row('req_3', 201), row('req_4')), all)
  expect(rows.map(({ id, status }) => `${id} ${status}`)).toEqual([
    'req_6 200',
    'req_5 200',
    'req_4 200',
    'req_3 201',
    'req_1 200',
  ])
  expect(merged(listed, live(), all)).toBe(listed)
})

test('a row that no longer fits leaves the list, and one that never did does not enter it', () => {
  const listed = [row('dlv_3', 1), row('dlv_1', 1)]
  const fits = ({ status }: TransactionLog) => status === 1
  const rows = merged(listed, live(row('dlv_4', 2), row('dlv_3', 2), row('dlv_2', 1)), { fits })
  expect(rows.map(({ id }) => id)).toEqual(['dlv_2', 'dlv_1'])
})
