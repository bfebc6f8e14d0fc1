import { Checkbox, SegmentedControl } from '@mantine/core'
import { PlusIcon } from '@radix-ui/react-icons'
import { keepPreviousData, useInfiniteQuery, useQueries } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ApiKey, KeyUsage } from '../api-types.ts'
import { API_KEY_DEEDS } from '../components/api-key-deeds.tsx'
import { KeyStatusBadge, ModeBadge } from '../components/badges.tsx'
import { Chip, shortened } from '../components/chip.tsx'
import { KeyFilterBar } from '../components/key-filter-bar.tsx'
import { KeyMenu } from '../components/key-menu.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { ManyKeys } from '../components/many-keys.tsx'
import { NoMatch, PagedList } from '../components/paged-list.tsx'
import { Sparkline } from '../components/sparkline.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { Day, Time } from '../components/time.tsx'
import { keyUsageQuery, keyUseRange, LIST_RANGES, type KeyUseRange } from '../key-usage.ts'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { apiKeysQuery, KEY_FILTER_NAMES } from '../keys.ts'
import { useFilters } from '../use-filters.ts'

export function ApiKeysPage() {
  const { deleted, use } = useSearch({ from: '/inside/api-keys' })
  const showDeleted = deleted === 'show'
  const range = keyUseRange(use)
  const { filters, isFiltered, clear } = useFilters(KEY_FILTER_NAMES)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const keys = useInfiniteQuery({
    ...apiKeysQuery({ deleted: showDeleted, filters }),
    placeholderData: keepPreviousData,
  })
  const navigate = useNavigate()
  const shown = keys.data?.pages.flatMap((page) => page.data) ?? []
  const usage = useKeyUsage(keys.data?.pages.map((page) => page.data) ?? [], range)
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
      <PagedList
        state={{ list: keys, rows: shown }}
        what="The list of keys"
        inUrl
        usually={6}
        empty={
          isFiltered ? (
            <NoMatch what="key" onClear={clear} />
          ) : (
            <Empty title="No API Keys yet" action={create}>
              A key is a pair: the Public Key names you, the Secret Key signs your requests. The first one
              takes half a minute.
            </Empty>
          )
        }
      >
        {(rows) => <KeyTable keys={rows} use={{ usage, range }} selected={selected} onSelect={setSelected} />}
      </PagedList>
      {keys.data && (
        <>
          <div className="table-foot">
            <Checkbox
              size="xs"
              label="Show deleted keys"
              checked={showDeleted}
              onChange={(event) =>
                void navigate({
                  to: '.',
                  search: { ...filters, use, deleted: event.currentTarget.checked ? 'show' : undefined },
                })
              }
            />
            <SegmentedControl
              size="xs"
              aria-label="Use of the last"
              data={LIST_RANGES.map(({ value, label }) => ({ value, label }))}
              value={range.value}
              onChange={(next) =>
                void navigate({ to: '.', search: { ...filters, deleted, use: next }, replace: true })
              }
            />
          </div>
          {chosen.length > 0 && <ManyKeys keys={chosen} onClear={() => setSelected(new Set())} />}
        </>
      )}
    </>
  )
}

/** One question a page of the list; what is not known yet leaves its place empty. */
function useKeyUsage(pages: readonly ApiKey[][], range: KeyUseRange): ReadonlyMap<string, KeyUsage> {
  return useQueries({
    queries: pages.map((page) => ({
      ...keyUsageQuery(
        page.map(({ id }) => id),
        range,
      ),
      placeholderData: keepPreviousData,
    })),
    combine: (answers) =>
      new Map(answers.flatMap(({ data }) => data?.data.map((one) => [one.api_key_id, one] as const) ?? [])),
  })
}

type Use = { usage: ReadonlyMap<string, KeyUsage>; range: KeyUseRange }
type Selection = { selected: ReadonlySet<string>; onSelect: (selected: ReadonlySet<string>) => void }

function KeyTable({ keys, use, selected, onSelect }: { keys: ApiKey[]; use: Use } & Selection) {
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
            <th>Requests in {use.range.label}</th>
            <th>Expires</th>
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
              usage={use.usage.get(key.id)}
              range={use.range}
              isSelected={selected.has(key.id)}
              onToggle={() => toggle(key.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

type KeyRowProps = {
  apiKey: ApiKey
  usage: KeyUsage | undefined
  range: KeyUseRange
  isSelected: boolean
  onToggle: () => void
}

function KeyRow({ apiKey, usage, range, isSelected, onToggle }: KeyRowProps) {
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
          <span className="key-name">
            <Link to="/api-keys/$keyId" params={{ keyId: apiKey.id }} className="lead">
              {apiKey.name}
            </Link>
            <span className="small quiet">by {apiKey.created_by.name}</span>
          </span>
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
      <td data-label={`Requests in ${range.label}`}>
        <div className="sparkline-cell">
          {usage && <Sparkline usage={usage} range={range} />}
          <span className="small quiet">
            {apiKey.last_used_at ? (
              <>
                Last used <Time at={apiKey.last_used_at} />
              </>
            ) : (
              'Never used'
            )}
          </span>
        </div>
      </td>
      <td data-label="Expires" className="nowrap">
        {apiKey.expires_at ? <Day at={apiKey.expires_at} /> : <span className="quiet">Never</span>}
      </td>
      <td className="menu">
        {apiKey.status !== 'revoked' && <KeyMenu apiKey={apiKey} deeds={API_KEY_DEEDS} />}
      </td>
    </tr>
  )
}
