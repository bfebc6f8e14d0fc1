import { describe, expect, test } from 'vitest'
import type { ApiKey } from './api-types.ts'
import { logLanguage } from './log-language.ts'
import { readQuery, typed, wordsOf } from './query-language.ts'

const keyWith = (number: number, name: string) =>
  ({ id: `key_${String(number).padStart(26, '0')}`, name, public_key: `pk_test_${number}` }) as ApiKey
const KEYS = [keyWith(1, 'Checkout server'), keyWith(2, 'Twin'), keyWith(3, 'Twin')]
const language = logLanguage(KEYS, ['not-found'])
const REQUEST = `req_${'0'.repeat(26)}`
const read = (text: string) => readQuery(text, language)

describe('A query of Transaction Logs', () => {
  test('becomes the filters of the API, word by word', () => {
    expect(
      read(`status:4xx method:post key:"Checkout server" path:/v1/trans code:Signature-Invalid ${REQUEST}`),
    ).toEqual({
      change: {
        status_class: '4xx',
        status: undefined,
        method: 'POST',
        api_key_id: KEYS[0]?.id,
        path_contains: '/v1/trans',
        path: undefined,
        code: 'signature-invalid',
        id: REQUEST,
      },
      rest: '',
      faults: [],
    })
    expect(read('/v1/me').change).toEqual({ path_contains: '/v1/me', path: undefined })
    expect(read('path:=/v1/me').change).toEqual({ path: '/v1/me', path_contains: undefined })
    expect(read('status:404').change).toEqual({ status: '404', status_class: undefined })
    expect(read('pk_test_1').change).toEqual({ api_key_id: KEYS[0]?.id })
    expect(read('currency:fiat').change).toEqual({ currency_type: 'fiat' })
  })

  test('reads spans and moments', () => {
    const { created_after: after } = read('last:1h').change
    expect(Math.abs(Date.now() - 3_600_000 - Date.parse(after ?? ''))).toBeLessThan(5_000)
    expect(read('after:2026-11-26T10:00:00Z before:2026-11-26T11:00:00Z').change).toEqual({
      created_after: '2026-11-26T10:00:00.000Z',
      created_before: '2026-11-26T11:00:00.000Z',
    })
  })

  test('keeps what it cannot read, with the reason, and takes the rest', () => {
    const { change, rest, faults } = read('colour:red status:4xx status:abc key:Twin key:Nobody last:soon ab')
    expect(change).toEqual({ status_class: '4xx', status: undefined })
    expect(rest).toBe('colour:red status:abc key:Twin key:Nobody last:soon ab')
    expect(faults).toHaveLength(6)
    expect(faults[0]).toContain('“colour” is no filter here')
    expect(faults[2]).toContain('2 keys are called “Twin”')
    expect(read('status:').faults).toEqual(['“status:” needs a value.'])
    expect(read('one-text other-text')).toMatchObject({
      change: { path_contains: 'one-text' },
      rest: 'other-text',
    })
  })

  test('shows a filter as it is typed, so that reading it again asks for the same', () => {
    const filters = {
      status: '404',
      api_key_id: KEYS[0]?.id,
      path: '/v1/me',
      method: 'GET',
      code: 'not-found',
    }
    const text = language.terms
      .flatMap((term) => {
        const value = term.show(filters)
        return value === null ? [] : typed(term.name, value)
      })
      .join(' ')
    expect(text).toBe('status:404 method:GET key:"Checkout server" path:=/v1/me code:not-found')
    expect(read(text).change).toMatchObject(filters)
    // Two keys of one name are told apart by their ids.
    expect(language.terms.find(({ name }) => name === 'key')?.show({ api_key_id: KEYS[1]?.id })).toBe(
      KEYS[1]?.id,
    )
  })

  test('is split at blanks, but not inside quotes, closed or not', () => {
    expect(wordsOf(' a  key:"b c" d"e f')).toEqual(['a', 'key:"b c"', 'd"e f'])
  })
})
