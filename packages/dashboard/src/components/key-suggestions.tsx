import { Button, Checkbox, SegmentedControl } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ApiKey, ApiKeySuggestions } from '../api-types.ts'
import { SUGGESTION_DAYS, SUGGESTION_DAYS_DEFAULT, suggestionsQuery } from '../key-use.ts'
import { editApiKey } from '../keys.ts'
import { DryRunResult } from './dry-run-result.tsx'
import { Loaded } from './loaded.tsx'
import { FormError } from './states.tsx'

type Part = ApiKeySuggestions['scopes'] | ApiKeySuggestions['ip_allowlist']
type Reason = NonNullable<Part['reason']>

/** How the key's requests would have fared with less: what it used, and one click to leave it no more than that. */
export function KeySuggestions({ apiKey }: { apiKey: ApiKey }) {
  const [days, setDays] = useState<number>(SUGGESTION_DAYS_DEFAULT)
  const told = useQuery(suggestionsQuery(apiKey.id, days))
  return (
    <section className="stack" aria-labelledby="tighten">
      <div className="row ends">
        <h2 id="tighten">Tighten this key</h2>
        <SegmentedControl
          size="xs"
          aria-label="How far back"
          data={SUGGESTION_DAYS.map((count) => ({ value: String(count), label: `${count} days` }))}
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
        />
      </div>
      <Loaded query={told} what="What it used" rows={3}>
        {(data) => (
          <div className="card card-pad stack">
            <p>{summary(data, days)}</p>
            {data.scopes.suggested || data.ip_allowlist.suggested ? (
              <Apply key={JSON.stringify(data)} apiKey={apiKey} told={data} days={days} />
            ) : (
              <p className="second">{reasons(data)}</p>
            )}
          </div>
        )}
      </Loaded>
    </section>
  )
}

/** "In the last 30 days it used 3 of 11 scopes, from 2 addresses." */
function summary({ read, scopes, ip_allowlist: list }: ApiKeySuggestions, days: number): string {
  if (read.request_count === 0) return `In the last ${days} days it was not used.`
  const held = scopes.held.length
  const used = scopes.used.filter(({ scope }) => scopes.held.includes(scope as never)).length
  const from =
    list.reason === 'many-addresses'
      ? 'many addresses'
      : list.used.length === 1
        ? '1 address'
        : `${list.used.length} addresses`
  const count = read.request_count.toLocaleString('en')
  const how = read.is_complete
    ? `Read from ${count === '1' ? 'its 1 request' : `all ${count} requests`} of that time.`
    : `Its routes and addresses are all known; the newest ${count} requests were read for the counts.`
  return `In the last ${days} days it used ${used} of ${held} ${held === 1 ? 'scope' : 'scopes'}, from ${from}. ${how}`
}

const SCOPE_REASONS: Record<Reason, string> = {
  'too-few-requests':
    'Suggestions begin with 100 requests over a week: before that nobody knows what it needs.',
  'needs-unknown':
    'Some of its requests went to other services of the platform; the logs do not tell which scopes those ask for.',
  'grants-scopes':
    'It makes or renews other keys and can hand on only what it holds, so its scopes are left alone.',
  'many-addresses': '',
  'nothing-to-tighten': 'It uses every scope that it holds.',
}
const ADDRESS_REASONS: Record<Reason, string> = {
  ...SCOPE_REASONS,
  'many-addresses': 'It is used from more addresses than a list would hold.',
  'nothing-to-tighten': 'Its allowlist is no wider than its use.',
}

function reasons({ scopes, ip_allowlist: list }: ApiKeySuggestions): string {
  const words = [
    scopes.reason && SCOPE_REASONS[scopes.reason],
    list.reason && ADDRESS_REASONS[list.reason],
  ].filter(Boolean)
  return [...new Set(words)].join(' ')
}

function Apply({ apiKey, told, days }: { apiKey: ApiKey; told: ApiKeySuggestions; days: number }) {
  const queryClient = useQueryClient()
  const [narrowsScopes, setNarrowsScopes] = useState(true)
  const [narrowsAddresses, setNarrowsAddresses] = useState(true)
  const { suggested: scopes, held } = told.scopes
  const { suggested: addresses } = told.ip_allowlist
  const limits = {
    ...(scopes && narrowsScopes ? { scopes } : {}),
    ...(addresses && narrowsAddresses ? { ip_allowlist: addresses } : {}),
  }
  const isNothing = Object.keys(limits).length === 0
  const apply = useMutation({
    mutationFn: () => editApiKey(apiKey.id, limits),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['api-keys'] })
      notifications.show({ message: `${apiKey.name} is limited to what it used.` })
    },
  })
  const dropped = held.filter((scope) => !scopes?.includes(scope))
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        apply.mutate()
      }}
    >
      {scopes ? (
        <Checkbox
          label={`Drop the ${dropped.length === 1 ? 'scope' : `${dropped.length} scopes`} that it never used`}
          description={<Codes of={dropped} />}
          checked={narrowsScopes}
          onChange={(event) => setNarrowsScopes(event.currentTarget.checked)}
        />
      ) : (
        <p className="second">{told.scopes.reason && SCOPE_REASONS[told.scopes.reason]}</p>
      )}
      {addresses ? (
        <Checkbox
          label={
            told.ip_allowlist.held.length > 0
              ? 'Keep only the ranges of its allowlist that were used'
              : addresses.length === 1
                ? 'Allow only the address that it was used from'
                : `Allow only the ${addresses.length} addresses that it was used from`
          }
          description={<Codes of={addresses} />}
          checked={narrowsAddresses}
          onChange={(event) => setNarrowsAddresses(event.currentTarget.checked)}
        />
      ) : (
        <p className="second">{told.ip_allowlist.reason && ADDRESS_REASONS[told.ip_allowlist.reason]}</p>
      )}
      {!isNothing && (
        <DryRunResult apiKey={apiKey} limits={{ ...limits, created_after: told.read.since }} days={days} />
      )}
      <FormError error={apply.error} />
      <Button
        type="submit"
        style={{ alignSelf: 'flex-start' }}
        disabled={isNothing}
        loading={apply.isPending}
      >
        Apply
      </Button>
    </form>
  )
}

function Codes({ of }: { of: readonly string[] }) {
  return (
    <span className="codes">
      {of.map((one) => (
        <code key={one}>{one}</code>
      ))}
    </span>
  )
}
