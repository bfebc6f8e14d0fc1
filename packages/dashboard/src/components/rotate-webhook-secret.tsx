import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { WebhookEndpoint } from '../api-types.ts'
import { OVERLAPS } from '../key-words.ts'
import { ENDPOINTS, rotateEndpointSecret } from '../webhooks.ts'
import { FormDialog } from './form-dialog.tsx'
import { OverlapField } from './overlap-field.tsx'
import { SecretShown } from './secret-shown.tsx'
import { Note } from './states.tsx'
import { WebhookSecret } from './webhook-secret.tsx'

const DEFAULT_OVERLAP_SECONDS = 86_400

/** A new secret now; for the overlap every webhook carries the signatures of both. The new one is shown once. */
export function RotateWebhookSecret({
  endpoint,
  onClose,
}: {
  endpoint: WebhookEndpoint
  onClose: () => void
}) {
  const queryClient = useQueryClient()
  const [overlap, setOverlap] = useState<number>(DEFAULT_OVERLAP_SECONDS)
  const rotate = useMutation({
    mutationFn: () => rotateEndpointSecret(endpoint.id, overlap),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [ENDPOINTS, endpoint.mode] }),
    gcTime: 0, // the secret leaves memory with the dialog
  })
  const secret = rotate.data?.secret
  if (secret) {
    return (
      <SecretShown title="New webhook secret" stored="I have stored the webhook secret" onClose={onClose}>
        <WebhookSecret secret={secret} />
        <p className="second">
          {overlap === 0
            ? 'The old secret signs no more.'
            : `For another ${OVERLAPS.find(({ seconds }) => seconds === overlap)?.name} every webhook carries the signatures of both secrets.`}
        </p>
      </SecretShown>
    )
  }
  return (
    <FormDialog
      title="Rotate the webhook secret"
      deed="Rotate secret"
      size="lg"
      action={rotate}
      onClose={onClose}
    >
      <p className="second">
        A new secret is made and shown once. During the overlap every webhook is signed with both, so that
        your code verifies before and after its change.
      </p>
      <OverlapField label="How long does the old secret still sign?" value={overlap} onChange={setOverlap} />
      {overlap === 0 && (
        <Note tone="soon">
          Code that still verifies with the old secret refuses every webhook from then on.
        </Note>
      )}
    </FormDialog>
  )
}
