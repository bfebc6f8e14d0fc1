import { expect, test } from 'vitest'
import { knownId } from './known-ids.ts'

const TAIL = '01kasp8zqz0000e5m0g2vkqx8t'

test.each([
  ['req', `/transaction-logs/req_${TAIL}`],
  ['txn', `/transactions/txn_${TAIL}`],
  ['evt', `/events/evt_${TAIL}`],
  ['dlv', `/webhook-logs/dlv_${TAIL}`],
  ['ep', `/webhooks/ep_${TAIL}`],
  ['key', `/api-keys/key_${TAIL}`],
  ['acc', `/balances/acc_${TAIL}`],
])('an id that begins with %s_ has the page %s', (prefix, page) => {
  expect(knownId(` ${prefix}_${TAIL}\n`)?.page).toBe(page)
})

test.each([
  ['mem', `mem_${TAIL}`],
  ['cut', `req_${TAIL.slice(1)}`],
  ['with a path behind it', `req_${TAIL}/../../operator`],
  ['with more words', `see req_${TAIL}`],
  ['of an inherited name', `constructor_${TAIL}`],
])('a text is not taken for an id: %s', (_, text) => {
  expect(knownId(text)).toBeNull()
})
