import { Button, Checkbox, Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ApiKey } from '../api-types.ts'
import { OVERLAPS } from '../key-words.ts'
import { rotateApiKey } from '../keys.ts'
import { KeyReveal } from './key-reveal.tsx'
import { OverlapField } from './overlap-field.tsx'
import { FormError, Note } from './states.tsx'

const DEFAULT_OVERLAP_SECONDS = 86_400

/** A new secret now; the old one keeps working for the chosen overlap. The new one is shown once. */
export function RotateKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const queryClient = useQueryClient()
  const [overlap, setOverlap] = useState<number>(DEFAULT_OVERLAP_SECONDS)
  const [stored, setStored] = useState(false)
  const rotate = useMutation({
    mutationFn: () => rotateApiKey(apiKey.id, overlap),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['api-keys'] }),
    gcTime: 0, // the secret leaves memory with the dialog
  })
  const secretKey = rotate.data?.secret_key
  if (secretKey) {
    return (
      <Modal
        opened
        onClose={onClose}
        title={`New secret for ${apiKey.name}`}
        size="lg"
        withCloseButton={false}
        closeOnClickOutside={false}
        closeOnEscape={false}
      >
        <div className="stack">
          <KeyReveal publicKey={apiKey.public_key} secretKey={secretKey} name={apiKey.name} />
          <p className="second">
            {overlap === 0
              ? 'The old secret has stopped working.'
              : `The old secret works for another ${OVERLAPS.find(({ seconds }) => seconds === overlap)?.name}.`}
          </p>
          <Checkbox
            label="I have stored the secret key"
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
    <Modal opened onClose={onClose} title={`Rotate ${apiKey.name}`} size="lg">
      <div className="stack">
        <p className="second">
          The Public Key stays. A new Secret Key is made and shown once. A lost secret cannot be shown again;
          rotating is how you get a new one.
        </p>
        <OverlapField label="How long may the old secret still sign?" value={overlap} onChange={setOverlap} />
        {overlap === 0 && (
          <Note tone="soon">
            Code that still signs with the old secret is refused from the moment you rotate.
          </Note>
        )}
        <FormError error={rotate.error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={rotate.isPending} onClick={() => rotate.mutate()}>
            Rotate key
          </Button>
        </div>
      </div>
    </Modal>
  )
}
