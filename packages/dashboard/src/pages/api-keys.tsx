import { Button, Checkbox } from '@mantine/core'
import { PlusIcon } from '@radix-ui/react-icons'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ApiKey } from '../api-types.ts'
import { API_KEY_DEEDS } from '../components/api-key-deeds.tsx'
import { KeyStatusBadge, ModeBadge } from '../components/badges.tsx'
import { Chip, shortened } from '../components/chip.tsx'
import { KeyFilterBar } from '../components/key-filter-bar.tsx'
import { KeyMenu } from '../components/key-menu.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { ManyKeys } from '../components/many-keys.tsx'
import { NoMatch } from '../components/paged-list.tsx'
import { Empty, Failed, LoadingRows, PageHead } from '../components/states.tsx'
import { Day, Time } from '../components/time.tsx'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { apiKeysQuery, KEY_FILTER_NAMES } from '../keys.ts'
import { useFilters } from '../use-filters.ts'

export function ApiKeysPage() {
  const showDeleted = useSearch({ from: '/inside/api-keys' }).deleted === 'show'
  const { filters, isFiltered, clear } = useFilters(KEY_FILTER_NAMES)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const keys = useInfiniteQuery({
    ...apiKeysQuery({ deleted: showDeleted, filters }),
    placeholderData: keepPreviousData,
  })
  const navigate = useNavigate()
  const shown = keys.data?.pages.flatMap((page) => page.data) ?? []
  // Only what is on the page counts: a filter takes away what it hides.
  const chosen = shown.filter(({ id, status }) => selected.has(id) && status !== 'revoked')
  const create = (
    <LinkButton to="/api-keys/new" leftSection={<PlusIcon />}>
      Create API Key
    </LinkButton>
  )
  return (
    <>
      <PageHead title="API Keys" lead="Your code signs its requests with these keys." action={create} />
      <div className="key-filters">
        <KeyFilterBar />
      </div>
      {keys.isPending && <LoadingRows />}
      {keys.isError && (
        <Failed what="The list of keys" error={keys.error} onRetry={() => void keys.refetch()} />
      )}
      {keys.isSuccess && (
        <>
          {shown.length === 0 && isFiltered ? (
            <NoMatch what="key" onClear={clear} />
          ) : shown.length === 0 ? (
            <Empty title="No API Keys yet" action={create}>
              A key is a pair: the Public Key names you, the Secret Key signs your requests. The first one
              takes half a minute.
            </Empty>
          ) : (
            <KeyTable keys={shown} selected={selected} onSelect={setSelected} />
          )}
          <div className="table-foot">
            <Checkbox
              size="xs"
              label="Show deleted keys"
              checked={showDeleted}
              onChange={(event) =>
                void navigate({
                  to: '.',
                  search: { ...filters, deleted: event.currentTarget.checked ? 'show' : undefined },
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
          {chosen.length > 0 && <ManyKeys keys={chosen} onClear={() => setSelected(new Set())} />}
        </>
      )}
    </>
  )
}

type Selection = { selected: ReadonlySet<string>; onSelect: (selected: ReadonlySet<string>) => void }

function KeyTable({ keys, selected, onSelect }: { keys: ApiKey[] } & Selection) {
  const choosable = keys.filter(({ status }) => status !== 'revoked')
  const all = choosable.length > 0 && choosable.every(({ id }) => selected.has(id))
  const toggle = (id: string) => {
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    onSelect(next)
  }
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>
              <span className="row">
                <Checkbox
                  size="xs"
                  aria-label="Select all shown keys"
                  checked={all}
                  indeterminate={!all && choosable.some(({ id }) => selected.has(id))}
                  onChange={() => onSelect(new Set(all ? [] : choosable.map(({ id }) => id)))}
                />{' '}
                Name
              </span>
            </th>
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
            <KeyRow
              key={key.id}
              apiKey={key}
              isSelected={selected.has(key.id)}
              onToggle={() => toggle(key.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

type KeyRowProps = { apiKey: ApiKey; isSelected: boolean; onToggle: () => void }

function KeyRow({ apiKey, isSelected, onToggle }: KeyRowProps) {
  return (
    <tr data-off={apiKey.status === 'revoked' || undefined}>
      <td>
        <span className="row nowrap-row">
          {apiKey.status !== 'revoked' && (
            <Checkbox
              size="xs"
              aria-label={`Select ${apiKey.name}`}
              checked={isSelected}
              onChange={onToggle}
            />
          )}
          <Link to="/api-keys/$keyId" params={{ keyId: apiKey.id }} className="lead">
            {apiKey.name}
          </Link>
        </span>
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
      <td className="menu">
        {apiKey.status !== 'revoked' && <KeyMenu apiKey={apiKey} deeds={API_KEY_DEEDS} />}
      </td>
    </tr>
  )
}
