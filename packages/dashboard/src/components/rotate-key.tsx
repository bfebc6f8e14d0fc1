import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { bringPublicHalf, type PairSource } from '../key-pair.ts'
import { OVERLAPS } from '../key-words.ts'
import { FormDialog } from './form-dialog.tsx'
import type { KeyDialogProps } from './key-dialog.tsx'
import { KeyReveal } from './key-reveal.tsx'
import { OverlapField } from './overlap-field.tsx'
import { PairReveal } from './pair-reveal.tsx'
import { PairField } from './signing-field.tsx'
import { SecretShown } from './secret-shown.tsx'
import { Note } from './states.tsx'

const DEFAULT_OVERLAP_SECONDS = 86_400

/**
 * A new secret now; the old one keeps working for the chosen overlap. The new one is shown once.
 * An Ed25519 key gets a new pair the same way: made in this browser, or its public half brought by the person.
 */
export function RotateKey<Scope extends string>({ apiKey, deeds, onClose }: KeyDialogProps<Scope>) {
  const queryClient = useQueryClient()
  const isPair = apiKey.algorithm === 'ed25519'
  const what = isPair ? 'private key' : 'secret'
  const [overlap, setOverlap] = useState<number>(DEFAULT_OVERLAP_SECONDS)
  const [source, setSource] = useState<PairSource>({ from: 'browser' })
  const rotate = useMutation({
    mutationFn: async () => {
      const half = isPair ? await bringPublicHalf(source) : undefined
      const rotated = await deeds.rotate(apiKey.id, {
        overlapSeconds: overlap,
        ed25519PublicKey: half?.publicHalf,
      })
      return { secretKey: rotated.secret_key, pair: half?.pair }
    },
    onSuccess: async ({ secretKey, pair }) => {
      await queryClient.invalidateQueries({ queryKey: [deeds.queryKey] })
      if (secretKey || pair) return
      notifications.show({ message: `${apiKey.name} now verifies with the new public half.` })
      onClose()
    },
    gcTime: 0, // the secret leaves memory with the dialog
  })
  const { secretKey, pair } = rotate.data ?? {}
  if (secretKey || pair) {
    return (
      <Renewed
        name={apiKey.name}
        what={what}
        overlapSeconds={overlap}
        showsCallers={deeds.WhatBreaks !== undefined}
        onClose={onClose}
      >
        {pair && <PairReveal publicKey={apiKey.public_key} pair={pair} name={apiKey.name} />}
        {secretKey && <KeyReveal publicKey={apiKey.public_key} secretKey={secretKey} name={apiKey.name} />}
      </Renewed>
    )
  }
  return (
    <FormDialog
      title={`Rotate ${apiKey.name}`}
      deed="Rotate key"
      size="lg"
      shown={['ed25519_public_key']}
      action={rotate}
      onClose={onClose}
    >
      <p className="second">
        {isPair
          ? 'The Public Key stays. The key gets a new pair, of which this server learns the public half only.'
          : 'The Public Key stays. A new Secret Key is made and shown once. A lost secret cannot be shown again; rotating is how you get a new one.'}
      </p>
      {deeds.WhatBreaks && <deeds.WhatBreaks apiKey={apiKey} ends="secret" />}
      {isPair && <PairField source={source} onChange={setSource} error={rotate.error} />}
      <OverlapField
        label={`How long may the old ${what} still sign?`}
        value={overlap}
        onChange={setOverlap}
      />
      {overlap === 0 && (
        <Note tone="soon">
          Code that still signs with the old {what} is refused from the moment you rotate.
        </Note>
      )}
    </FormDialog>
  )
}

type RenewedProps = {
  name: string
  what: string
  overlapSeconds: number
  /** Whether the key's page tells who signs with which secret. */
  showsCallers: boolean
  onClose: () => void
  children: ReactNode
}

/** The new secret, in a dialog that closes only after it is stored. */
function Renewed({ name, what, overlapSeconds, showsCallers, onClose, children }: RenewedProps) {
  const overlap = OVERLAPS.find(({ seconds }) => seconds === overlapSeconds)?.name
  return (
    <SecretShown
      title={`New ${what} for ${name}`}
      stored={`I have stored the ${what === 'secret' ? 'secret key' : what}`}
      onClose={onClose}
    >
      {children}
      <p className="second">
        {overlapSeconds === 0
          ? `The old ${what} has stopped working.`
          : `The old ${what} works for another ${overlap}.`}
        {overlapSeconds > 0 &&
          showsCallers &&
          ' The key’s page shows who still signs with it, and rolls the rotation back until then.'}
      </p>
    </SecretShown>
  )
}
