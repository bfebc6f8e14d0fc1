import { Button, Checkbox } from '@mantine/core'
import { PlusIcon } from '@radix-ui/react-icons'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { ApiKey } from '../api-types.ts'
import { KeyStatusBadge, ModeBadge } from '../components/badges.tsx'
import { Chip, shortened } from '../components/chip.tsx'
import { KeyMenu } from '../components/key-menu.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { Empty, Failed, LoadingRows, PageHead } from '../components/states.tsx'
import { Day, Time } from '../components/time.tsx'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { apiKeysQuery } from '../keys.ts'

export function ApiKeysPage() {
  const showDeleted = useSearch({ from: '/inside/api-keys' }).deleted === 'show'
  const keys = useInfiniteQuery({
    ...apiKeysQuery({ deleted: showDeleted }),
    placeholderData: keepPreviousData,
  })
  const navigate = useNavigate()
  const shown = keys.data?.pages.flatMap((page) => page.data) ?? []
  const create = (
    <LinkButton to="/api-keys/new" leftSection={<PlusIcon />}>
      Create API Key
    </LinkButton>
  )
  return (
    <>
      <PageHead title="API Keys" lead="Your code signs its requests with these keys." action={create} />
      {keys.isPending && <LoadingRows />}
      {keys.isError && (
        <Failed what="The list of keys" error={keys.error} onRetry={() => void keys.refetch()} />
      )}
      {keys.isSuccess && (
        <>
          {shown.length === 0 ? (
            <Empty title="No API Keys yet" action={create}>
              A key is a pair: the Public Key names you, the Secret Key signs your requests. The first one
              takes half a minute.
            </Empty>
          ) : (
            <KeyTable keys={shown} />
          )}
          <div className="table-foot">
            <Checkbox
              size="xs"
              label="Show deleted keys"
              checked={showDeleted}
              onChange={(event) =>
                void navigate({
                  to: '.',
                  search: { deleted: event.currentTarget.checked ? 'show' : undefined },
                })
              }
            />
            {keys.hasNextPage && (
              <Button
                variant="default"
                loading={keys.isFetchingNextPage}
                onClick={() => void keys.fetchNextPage()}
              >
                Show more
              </Button>
            )}
          </div>
        </>
      )}
    </>
  )
}

function KeyTable({ keys }: { keys: ApiKey[] }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Name</th>
            <th>Public Key</th>
            <th>Mode</th>
            <th>Currency Type</th>
            <th>Status</th>
            <th>Last used</th>
            <th>Expires</th>
            <th>Created by</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <KeyRow key={key.id} apiKey={key} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  return (
    <tr data-off={apiKey.status === 'revoked' || undefined}>
      <td>
        <Link to="/api-keys/$keyId" params={{ keyId: apiKey.id }} className="lead">
          {apiKey.name}
        </Link>
      </td>
      <td data-label="Public Key">
        <Chip value={apiKey.public_key} display={shortened(apiKey.public_key, 13)} what="Public Key" />
      </td>
      <td data-label="Mode">
        <ModeBadge mode={apiKey.mode} />
      </td>
      <td data-label="Currency Type">
        <span>{CURRENCY_TYPE_NAMES[apiKey.currency_type]}</span>
      </td>
      <td data-label="Status">
        <KeyStatusBadge status={apiKey.status} />
      </td>
      <td data-label="Last used">
        {apiKey.last_used_at ? <Time at={apiKey.last_used_at} /> : <span className="quiet">Never</span>}
      </td>
      <td data-label="Expires" className="nowrap">
        {apiKey.expires_at ? <Day at={apiKey.expires_at} /> : <span className="quiet">Never</span>}
      </td>
      <td data-label="Created by">
        <span>{apiKey.created_by.name}</span>
      </td>
      <td className="menu">{apiKey.status !== 'revoked' && <KeyMenu apiKey={apiKey} />}</td>
    </tr>
  )
}
