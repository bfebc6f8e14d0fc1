import { Textarea } from '@mantine/core'
import { ProblemError } from '../api.ts'
import type { Algorithm } from '../api-types.ts'
import type { PairSource } from '../key-pair.ts'
import { Choice } from './choice.tsx'

type AlgorithmFieldProps = { algorithm: Algorithm; onChange: (algorithm: Algorithm) => void }

/** How requests are signed; it never changes afterwards. */
export function AlgorithmField({ algorithm, onChange }: AlgorithmFieldProps) {
  return (
    <Choice
      legend="Signing algorithm"
      name="algorithm"
      value={algorithm}
      onChange={onChange}
      options={[
        {
          value: 'hmac-sha256',
          name: 'HMAC-SHA256',
          explain: 'A Secret Key that both sides hold. Works everywhere.',
        },
        {
          value: 'ed25519',
          name: 'Ed25519',
          explain: 'A private key that only you hold. This server gets its public half.',
        },
      ]}
    />
  )
}

type PairFieldProps = { source: PairSource; onChange: (source: PairSource) => void; error: unknown }

/** A pair made here, or a public half from elsewhere. */
export function PairField({ source, onChange, error }: PairFieldProps) {
  const message = error instanceof ProblemError ? error.fields['ed25519_public_key'] : undefined
  return (
    <>
      <Choice
        legend="Key pair"
        name="pair"
        value={source.from}
        onChange={(from) => onChange(from === 'browser' ? { from } : { from, text: '' })}
        options={[
          {
            value: 'browser',
            name: 'Make it in this browser',
            explain: 'The private key is shown to you once. It is never sent.',
          },
          {
            value: 'pasted',
            name: 'Use my own',
            explain: 'Made elsewhere, in a vault or with openssl. You paste the public half.',
          },
        ]}
      />
      {source.from === 'pasted' && (
        <Textarea
          label="Ed25519 public half"
          description="PEM, as openssl pkey -pubout prints it, or its 32 bytes in base64."
          placeholder={'-----BEGIN PUBLIC KEY-----\n…'}
          autosize
          minRows={3}
          maxRows={6}
          required
          spellCheck={false}
          autoComplete="off"
          styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }}
          value={source.text}
          onChange={(event) => onChange({ from: 'pasted', text: event.currentTarget.value })}
          error={message}
        />
      )}
    </>
  )
}
