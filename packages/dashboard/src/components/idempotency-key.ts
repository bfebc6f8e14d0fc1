import { useRef } from 'react'
import { newIdempotencyKey } from '../money.ts'

/** One key per transaction as it is written: a second press moves money once, a changed form is a new deed. */
export function useIdempotencyKey(): (input: unknown) => string {
  const last = useRef({ text: '', key: '' })
  return (input) => {
    const text = JSON.stringify(input)
    if (last.current.text !== text) {
      last.current = { text, key: newIdempotencyKey() }
    }
    return last.current.key
  }
}
