import { expect, it, onTestFinished } from 'vitest'
import type { Summary } from './api-types.ts'
import { forgetWorkspace, showWorkspace } from './api.ts'
import { fileAddress, periodsOf, reportQuery, transactionsBehind } from './reports.ts'

const report = (fields: Partial<Summary>) => fields as Summary

it('every day of a report has its place, as the time zone counts them', () => {
  const days = { from: '2025-10-24T22:00:00Z', to: '2025-10-27T23:00:00Z', time_zone: 'Europe/Berlin' }
  expect(periodsOf(report({ ...days, group_by: ['day'] }))).toEqual([
    '2025-10-25',
    '2025-10-26',
    '2025-10-27',
  ])
  expect(periodsOf(report({ ...days, group_by: ['week', 'type'] }))).toEqual(['2025-10-20', '2025-10-27'])
  expect(periodsOf(report({ ...days, from: '2025-08-31T22:00:00Z', group_by: ['month'] }))).toEqual([
    '2025-09-01',
    '2025-10-01',
  ])
})

it('the report is asked for by what the address says, in the zone of whoever looks', () => {
  expect(reportQuery({ by: 'type', currency: 'USD', time_zone: 'Asia/Tokyo' })).toEqual({
    currency: 'USD',
    time_zone: 'Asia/Tokyo',
    group_by: 'day,type',
  })
})

it('a file is asked for with the filters of its page, its mode and its workspace', () => {
  const file = { format: 'csv', mode: 'test' } as const
  expect(fileAddress('/v1/audit-log/export', {}, file)).toBe('/v1/audit-log/export?format=csv&mode=test')
  showWorkspace('wks_1')
  onTestFinished(forgetWorkspace)
  expect(
    fileAddress(
      '/v1/transactions/export',
      { type: 'payout', reference: undefined, a: 'b&c' },
      { format: 'csv', mode: 'test' },
    ),
  ).toBe('/v1/transactions/export?type=payout&a=b%26c&format=csv&mode=test&in_workspace=wks_1')
})

it('the transactions behind a report are those that it counted: its range by its time, and its filters', () => {
  const shown = report({
    from: '2025-10-24T22:00:00.000Z',
    to: '2025-10-27T23:00:00.000Z',
    time_field: 'completed_at',
  })
  expect(
    transactionsBehind(shown, { type: 'payout', currency: 'EUR', period: 'week', by: 'status' }),
  ).toEqual({
    type: 'payout',
    currency: 'EUR',
    completed_after: '2025-10-24T21:59:59.999Z',
    completed_before: '2025-10-27T23:00:00.000Z',
  })
})
