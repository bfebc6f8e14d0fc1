import { useRef } from 'react'

/** One key per transaction as it is written: a second press moves money once, a changed form is a new deed. */
export function useIdempotencyKey(): (input: unknown) => string {
  const last = useRef({ text: '', key: '' })
  return (input) => {
    const text = JSON.stringify(input)
    if (last.current.text !== text) {
      const bytes = crypto.getRandomValues(new Uint8Array(16))
      const key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
      last.current = { text, key: `dashboard-${key}` }
    }
    return last.current.key
  }
}
