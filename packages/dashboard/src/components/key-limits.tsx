import { NumberInput, Textarea } from '@mantine/core'
import { messagesByLine } from '../ip-ranges.ts'

// The server's bounds (packages/server/src/keys/schema.ts); it has the last word.
const RATE_LIMIT_MAX = 1_000_000

type AddressesFieldProps = { text: string; onChange: (text: string) => void; error: unknown }

/** One address or range a line; none means any. What the API says about a range stands under the field. */
export function AddressesField({ text, onChange, error }: AddressesFieldProps) {
  const messages = messagesByLine(text, error)
  return (
    <Textarea
      label="IP allowlist"
      description="One address or range a line, IPv4 or IPv6. Empty: requests may come from anywhere."
      placeholder={'203.0.113.0/24\n2001:db8::/32'}
      autosize
      minRows={3}
      maxRows={10}
      spellCheck={false}
      autoComplete="off"
      styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }}
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={
        messages.length > 0 &&
        messages.map((message) => (
          <span key={message} style={{ display: 'block' }}>
            {message}
          </span>
        ))
      }
    />
  )
}

type RateLimitFieldProps = {
  perMinute: number | undefined
  onChange: (perMinute: number | undefined) => void
}

/** How many requests of the key are answered in a minute. */
export function RateLimitField({ perMinute, onChange }: RateLimitFieldProps) {
  return (
    <NumberInput
      label="Rate limit"
      description="Requests a minute. More are refused with rate-limited until the minute has room again."
      min={1}
      max={RATE_LIMIT_MAX}
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      required
      styles={{ wrapper: { width: 200 } }}
      value={perMinute ?? ''}
      onChange={(value) => onChange(typeof value === 'number' ? value : undefined)}
    />
  )
}
