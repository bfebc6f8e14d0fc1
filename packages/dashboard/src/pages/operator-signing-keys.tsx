import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { SigningKey } from '../api-types.ts'
import { Badge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { Loaded } from '../components/loaded.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PageHead } from '../components/states.tsx'
import { ExactTime } from '../components/time.tsx'
import { TypedConfirmation } from '../components/typed-confirmation.tsx'
import { retireSigningKey, rotateSigningKey, signingKeysQuery } from '../operator.ts'

const PURPOSES = [
  {
    purpose: 'receipts',
    title: 'Receipts',
    lead: 'Signs the answers that customers keep as proof.',
    directory: '/.well-known/http-message-signatures-directory',
  },
  {
    purpose: 'webhooks',
    title: 'Webhooks',
    lead: 'Makes the v1a signatures of endpoints that ask for Ed25519.',
    directory: '/.well-known/webhook-keys',
  },
] as const

/** What the platform signs with: rotate it, and retire what no longer counts. */
export function OperatorSigningKeysPage() {
  return (
    <OperatorOnly>
      <div className="form-width">
        <PageHead
          title="Signing keys"
          lead="What the platform itself signs with. A new key signs at once; the one before it stays published, so that what it signed still verifies."
        />
        <SigningKeys />
      </div>
    </OperatorOnly>
  )
}

function SigningKeys() {
  const keys = useQuery(signingKeysQuery)
  return (
    <Loaded query={keys} what="The keys" rows={8}>
      {({ data }) => (
        <div className="stack-wide">
          {PURPOSES.map((one) => (
            <Purpose key={one.purpose} {...one} keys={data.filter((key) => key.purpose === one.purpose)} />
          ))}
        </div>
      )}
    </Loaded>
  )
}

function Purpose({
  purpose,
  title,
  lead,
  directory,
  keys,
}: (typeof PURPOSES)[number] & { keys: SigningKey[] }) {
  const queryClient = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const rotate = useMutation({
    mutationFn: () => rotateSigningKey(purpose),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: signingKeysQuery.queryKey })
      notifications.show({ message: 'A new key signs.' })
      setAsking(false)
    },
  })
  return (
    <section className="card card-pad stack">
      <div className="row ends">
        <h2>{title}</h2>
        <Button variant="default" aria-label={`Rotate the key of ${title}`} onClick={() => setAsking(true)}>
          Rotate
        </Button>
      </div>
      <p className="second">
        {lead} Published at{' '}
        <a className="link" href={directory}>
          {directory}
        </a>
        .
      </p>
      {isAsking && (
        <TypedConfirmation
          name={title}
          title={`Rotate the key of ${title}`}
          deed="Rotate key"
          keep="Keep the key"
          action={rotate}
          onClose={() => setAsking(false)}
        >
          <p>
            A new key signs within seconds, and the private half of the old one is destroyed: it never signs
            again. What it signed verifies until you retire it. Whoever pinned the old key has to learn the
            new one.
          </p>
        </TypedConfirmation>
      )}
      {keys.map((key) => (
        <Key key={key.id} signingKey={key} />
      ))}
    </section>
  )
}

const SHORT_ID = 8

const STATUSES = {
  signing: { tone: 'good', word: 'Signs' },
  published: { tone: 'soon', word: 'Published' },
  retired: { tone: 'off', word: 'Retired' },
} as const

function Key({ signingKey: { id, status, created_at, ended_at, retired_at } }: { signingKey: SigningKey }) {
  const queryClient = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const retire = useMutation({
    mutationFn: () => retireSigningKey(id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: signingKeysQuery.queryKey })
      setAsking(false)
    },
  })
  const shortId = id.slice(0, SHORT_ID)
  const { tone, word } = STATUSES[status]
  return (
    <div className="stack-tight">
      <div className="row ends">
        <Chip value={id} what="key id" />
        <Badge tone={tone}>{word}</Badge>
      </div>
      <div className="row ends">
        <span className="small quiet">
          Made <ExactTime at={created_at} />
          {ended_at && (
            <>
              , signed until <ExactTime at={ended_at} />
            </>
          )}
          {retired_at && (
            <>
              , retired <ExactTime at={retired_at} />
            </>
          )}
        </span>
        {status === 'published' && (
          <Button
            size="xs"
            variant="default"
            c="var(--bad)"
            aria-label={`Retire ${shortId}`}
            onClick={() => setAsking(true)}
          >
            Retire
          </Button>
        )}
      </div>
      {isAsking && (
        <TypedConfirmation
          name={shortId}
          title={`Retire ${shortId}…`}
          deed="Retire key"
          keep="Keep it published"
          action={retire}
          onClose={() => setAsking(false)}
        >
          <p>
            The key leaves the published list, and nothing that it signed verifies any more. This cannot be
            undone.
          </p>
        </TypedConfirmation>
      )}
    </div>
  )
}
