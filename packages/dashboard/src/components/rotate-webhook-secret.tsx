import { Button, Checkbox, Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { WebhookEndpoint } from '../api-types.ts'
import { OVERLAPS } from '../key-words.ts'
import { ENDPOINTS, rotateEndpointSecret } from '../webhooks.ts'
import { OverlapField } from './overlap-field.tsx'
import { FormError, Note } from './states.tsx'
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
  const [stored, setStored] = useState(false)
  const rotate = useMutation({
    mutationFn: () => rotateEndpointSecret(endpoint.id, overlap),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [ENDPOINTS, endpoint.mode] }),
    gcTime: 0, // the secret leaves memory with the dialog
  })
  const secret = rotate.data?.secret
  if (secret) {
    return (
      <Modal
        opened
        onClose={onClose}
        title="New webhook secret"
        size="lg"
        withCloseButton={false}
        closeOnClickOutside={false}
        closeOnEscape={false}
      >
        <div className="stack">
          <WebhookSecret secret={secret} />
          <p className="second">
            {overlap === 0
              ? 'The old secret signs no more.'
              : `For another ${OVERLAPS.find(({ seconds }) => seconds === overlap)?.name} every webhook carries the signatures of both secrets.`}
          </p>
          <Checkbox
            label="I have stored the webhook secret"
            checked={stored}
            onChange={(event) => setStored(event.currentTarget.checked)}
          />
          <Button style={{ alignSelf: 'flex-end' }} disabled={!stored} onClick={onClose}>
            Done
          </Button>
        </div>
      </Modal>
    )
  }
  return (
    <Modal opened onClose={onClose} title="Rotate the webhook secret" size="lg">
      <div className="stack">
        <p className="second">
          A new secret is made and shown once. During the overlap every webhook is signed with both, so that
          your code verifies before and after its change.
        </p>
        <OverlapField
          label="How long does the old secret still sign?"
          value={overlap}
          onChange={setOverlap}
        />
        {overlap === 0 && (
          <Note tone="soon">
            Code that still verifies with the old secret refuses every webhook from then on.
          </Note>
        )}
        <FormError error={rotate.error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={rotate.isPending} onClick={() => rotate.mutate()}>
            Rotate secret
          </Button>
        </div>
      </div>
    </Modal>
  )
}
