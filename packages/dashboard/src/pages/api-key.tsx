import { Button } from '@mantine/core'
import { ArrowLeftIcon, Pencil1Icon, ReloadIcon, TrashIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import type { ApiKey } from '../api-types.ts'
import { KeyStatusBadge, ModeBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { DeleteKey } from '../components/delete-key.tsx'
import { EditKey } from '../components/edit-key.tsx'
import { FirstRequest } from '../components/first-request.tsx'
import { RotateKey } from '../components/rotate-key.tsx'
import { Failed, LoadingRows, PageHead } from '../components/states.tsx'
import { ExactTime, Time } from '../components/time.tsx'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { apiKeyQuery } from '../keys.ts'

export function ApiKeyPage() {
  const { keyId } = useParams({ from: '/inside/api-keys/$keyId' })
  const key = useQuery(apiKeyQuery(keyId))
  return (
    <div className="stack read-width">
      <Link to="/api-keys" className="link row" style={{ alignSelf: 'flex-start' }}>
        <ArrowLeftIcon /> API Keys
      </Link>
      {key.isPending && <LoadingRows />}
      {key.isError && <Failed what="This key" error={key.error} onRetry={() => void key.refetch()} />}
      {key.isSuccess && <KeyDetail apiKey={key.data} />}
    </div>
  )
}

function KeyDetail({ apiKey }: { apiKey: ApiKey }) {
  const [open, setOpen] = useState<'edit' | 'rotate' | 'delete'>()
  const close = () => setOpen(undefined)
  const usable = apiKey.status !== 'revoked'
  return (
    <>
      <PageHead
        title={
          <span className="row">
            {apiKey.name} <KeyStatusBadge status={apiKey.status} />
          </span>
        }
        action={
          usable && (
            <div className="row">
              <Button variant="default" leftSection={<Pencil1Icon />} onClick={() => setOpen('edit')}>
                Edit
              </Button>
              <Button variant="default" leftSection={<ReloadIcon />} onClick={() => setOpen('rotate')}>
                Rotate
              </Button>
              <Button
                variant="default"
                leftSection={<TrashIcon />}
                c="var(--bad)"
                onClick={() => setOpen('delete')}
              >
                Delete
              </Button>
            </div>
          )
        }
      />
      <Facts apiKey={apiKey} onRotate={usable ? () => setOpen('rotate') : undefined} />
      {usable && <FirstRequest apiKey={apiKey} secretKey={null} />}
      {open === 'edit' && <EditKey apiKey={apiKey} onClose={close} />}
      {open === 'rotate' && <RotateKey apiKey={apiKey} onClose={close} />}
      {open === 'delete' && <DeleteKey apiKey={apiKey} onClose={close} />}
    </>
  )
}

function Facts({ apiKey, onRotate }: { apiKey: ApiKey; onRotate?: () => void }) {
  const never = <span className="quiet">Never</span>
  const facts: [string, ReactNode][] = [
    ['Public Key', <Chip value={apiKey.public_key} what="Public Key" />],
    [
      'Secret Key',
      <span className="row">
        <span className="quiet">Shown once, when it was made.</span>
        {onRotate && (
          <button type="button" className="link-button" onClick={onRotate}>
            Lost the secret?
          </button>
        )}
      </span>,
    ],
    ['Mode', <ModeBadge mode={apiKey.mode} />],
    ['Currency Type', CURRENCY_TYPE_NAMES[apiKey.currency_type]],
    ['Expires', apiKey.expires_at ? <ExactTime at={apiKey.expires_at} /> : never],
    [
      'Last used',
      apiKey.last_used_at ? (
        <span className="row">
          <Time at={apiKey.last_used_at} />{' '}
          {apiKey.last_used_ip && (
            <>
              from <code>{apiKey.last_used_ip}</code>
            </>
          )}
          <Link to="/transaction-logs" search={{ mode: apiKey.mode, api_key_id: apiKey.id }} className="link">
            Show its requests
          </Link>
        </span>
      ) : (
        never
      ),
    ],
    [
      'Created',
      <>
        <ExactTime at={apiKey.created_at} /> by {apiKey.created_by.name}
      </>,
    ],
  ]
  if (apiKey.previous_secret_expires_at && Date.parse(apiKey.previous_secret_expires_at) > Date.now()) {
    facts.push(['Old secret works until', <ExactTime at={apiKey.previous_secret_expires_at} />])
  }
  return (
    <dl className="card card-pad facts">
      {facts.map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
