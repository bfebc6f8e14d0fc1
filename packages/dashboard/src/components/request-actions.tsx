import { Button } from '@mantine/core'
import { PlayIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ApiKey, TransactionLogDetail } from '../api-types.ts'
import { apiKeyQuery } from '../keys.ts'
import { REDACTED, repeatable, sdkCall, shellCommand } from '../request-copies.ts'
import { whyNotReplayed } from '../replay-request.ts'
import { TextCopyButton } from './chip.tsx'
import { ReplayRequest } from './replay-request.tsx'

/** What one can do with a logged request: take it along as code, or send it again. */
export default function RequestActions({ log }: { log: TransactionLogDetail }) {
  const key = useQuery({ ...apiKeyQuery(log.api_key_id), retry: false })
  const [isReplaying, setReplaying] = useState(false)
  const request = repeatable(log)
  const reason = whyNotReplayed(log, location)
  return (
    <div className="stack-tight">
      <div className="request-actions row">
        <Button
          variant="default"
          leftSection={<PlayIcon />}
          disabled={reason !== null || !key.data}
          onClick={() => setReplaying(true)}
        >
          Replay in Test Mode
        </Button>
        {key.data && request.bodyMissing === null && <Copies log={log} apiKey={key.data} />}
      </div>
      <p className="small quiet">{reason ?? request.bodyMissing ?? copyWords(request)}</p>
      {isReplaying && key.data && (
        <ReplayRequest log={log} apiKey={key.data} request={request} onClose={() => setReplaying(false)} />
      )}
    </div>
  )
}

function Copies({ log, apiKey }: { log: TransactionLogDetail; apiKey: ApiKey }) {
  const { public_key: publicKey, algorithm } = apiKey
  const signer = { origin: location.origin, publicKey, algorithm }
  return (
    <>
      <TextCopyButton value={shellCommand(repeatable(log), signer)}>Copy as curl</TextCopyButton>
      <TextCopyButton value={sdkCall(repeatable(log), signer)}>Copy as SDK call</TextCopyButton>
    </>
  )
}

function copyWords({ target, body }: { target: string; body: string | null }): string {
  return `${target}${body ?? ''}`.includes(REDACTED)
    ? `Where it says ${REDACTED} the log keeps no value: put it back before you send a copy.`
    : 'Copies sign anew, with the secret that your environment holds.'
}
