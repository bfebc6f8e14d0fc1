import { Button, Checkbox } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ProblemError, type Mode } from '../api.ts'
import type { CliLogin, CurrencyType, Scope } from '../api-types.ts'
import { cliLoginQuery, confirmCliLogin, refuseCliLogin } from '../cli-login.ts'
import { Choice } from '../components/choice.tsx'
import { Disclosure } from '../components/disclosure.tsx'
import { ExpiryField } from '../components/expiry-field.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { ScopePicker } from '../components/scope-picker.tsx'
import { Empty, Failed, FormError, LoadingRows, Note, PageHead } from '../components/states.tsx'
import { Day, Time } from '../components/time.tsx'
import { CURRENCY_TYPE_NAMES, daysFromToday, endOfDay } from '../key-words.ts'
import { MODE_NAMES } from '../mode.ts'
import { useProductionLock } from '../production-lock.ts'
import { KEY_SCOPES, scopesInShort, SERVICE_SCOPES } from '../scope-words.ts'
import { useMe } from '../session.ts'

const DEFAULT_DAYS = 90

/** Where `countersign login` leads (`?id=cli_…`): who asks, what it gets, yes or no. */
export function CliLoginPage() {
  const { id } = useSearch({ from: '/inside/cli-login' })
  return (
    <div className="form-width">
      <PageHead
        title="Log in a command line"
        lead="A program asks for an API Key of this workspace. It began with countersign login."
      />
      {id === undefined ? <Ended /> : <Login id={id} />}
    </div>
  )
}

function Login({ id }: { id: string }) {
  const login = useQuery(cliLoginQuery(id))
  if (login.isPending) return <LoadingRows rows={6} />
  if (login.error instanceof ProblemError && login.error.status === 404) return <Ended />
  if (login.isError && !login.data)
    return <Failed what="This login" error={login.error} onRetry={() => void login.refetch()} />
  const { status, api_key_id: keyId } = login.data
  if (status === 'pending') return <Decide login={login.data} />
  if (status === 'abandoned') return <Abandoned />
  if (status === 'confirmed' && keyId !== null) return <Confirmed login={login.data} keyId={keyId} />
  if (status === 'refused')
    return (
      <Empty title="Refused" action={<ToKeys />}>
        The program got nothing. If you did not start it, somebody wanted your key: never confirm a code that
        another person sent you.
      </Empty>
    )
  return <Ended />
}

function Ended() {
  return (
    <Empty title="This login has ended" action={<ToKeys />}>
      A login waits for ten minutes and is confirmed once. Run <code>countersign login</code> again and open
      the new address.
    </Empty>
  )
}

function Abandoned() {
  return (
    <Empty title="The terminal did not take the key" action={<ToKeys />}>
      It was ended, or could not store the key, so the key was revoked. Run <code>countersign login</code>{' '}
      again and open the new address.
    </Empty>
  )
}

function ToKeys() {
  return (
    <LinkButton to="/api-keys" variant="default">
      API Keys
    </LinkButton>
  )
}

function Confirmed({ login, keyId }: { login: CliLogin; keyId: string }) {
  return (
    <div className="stack-wide">
      {login.acknowledged ? (
        <Note tone="good">
          <strong>{login.device_name} is logged in.</strong> The terminal goes on by itself; this page can be
          closed. The key can be edited, and deleted, like every other.
        </Note>
      ) : (
        <Note tone="busy">
          <strong>The key is ready for {login.device_name}.</strong> The terminal takes it within a few
          seconds. If it was ended meanwhile, the key is revoked after five minutes.
        </Note>
      )}
      <div className="row">
        <LinkButton to="/api-keys/$keyId" params={{ keyId }}>
          Show the key
        </LinkButton>
      </div>
    </div>
  )
}

function Decide({ login }: { login: CliLogin }) {
  const { workspace, role } = useMe()
  const queryClient = useQueryClient()
  const [mode, setMode] = useState<Mode>('test')
  const [currencyType, setCurrencyType] = useState<CurrencyType>('fiat')
  const [expiresOn, setExpiresOn] = useState<string | null>(daysFromToday(DEFAULT_DAYS))
  const [scopes, setScopes] = useState<Scope[]>([...SERVICE_SCOPES])
  const [open, setOpen] = useState(false)
  const [isOwn, setOwn] = useState(false)
  const { locked } = useProductionLock(currencyType)
  const isClosed = locked || role === 'developer'
  const expiresAt = expiresOn === null ? null : endOfDay(expiresOn)
  const settle = () => queryClient.invalidateQueries({ queryKey: ['cli-login', login.id] })
  const confirm = useMutation({
    mutationFn: () =>
      confirmCliLogin(login.id, {
        code: login.code,
        mode,
        currency_type: currencyType,
        scopes,
        expires_at: expiresAt,
      }),
    onSuccess: async () => {
      void queryClient.invalidateQueries({ queryKey: ['api-keys'] }) // the list can refresh behind the page
      await settle()
    },
  })
  const refuse = useMutation({ mutationFn: () => refuseCliLogin(login.id), onSuccess: settle })
  return (
    <form
      className="stack-wide"
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate()
      }}
    >
      <section className="card card-pad stack" aria-label="Pairing code">
        <p className="quiet">Your terminal must show this code</p>
        <p className="pairing-code mono">{login.code}</p>
        <Note tone="soon">
          Confirm only what you started yourself, a moment ago, on your own computer. Whoever sent you here
          with a code of theirs would get a key to this workspace.
        </Note>
      </section>
      <Facts>
        <Fact name="Calls itself">{login.device_name}</Fact>
        <Fact name="Asks from">
          <span className="mono">{login.ip}</span>
        </Fact>
        <Fact name="Asked">
          <Time at={login.created_at} />
        </Fact>
        <Fact name="Waits until">
          <Time at={login.expires_at} />
        </Fact>
      </Facts>
      <div className="card card-pad stack-wide">
        <Choice
          legend="Mode"
          name="mode"
          value={mode}
          onChange={setMode}
          options={[
            { value: 'test', name: MODE_NAMES.test, explain: 'No real money moves.' },
            {
              value: 'production',
              name: MODE_NAMES.production,
              explain: locked
                ? 'Opens when this workspace is activated.'
                : isClosed
                  ? 'Needs an admin or the owner.'
                  : 'Real money moves.',
              disabled: isClosed,
            },
          ]}
        />
        <Choice
          legend="Currency Type"
          name="currency_type"
          value={currencyType}
          onChange={(next) => {
            setCurrencyType(next)
            setMode('test') // each currency type opens Production Mode for itself
          }}
          options={[
            { value: 'fiat', name: 'Fiat', explain: 'USD, EUR and other national currencies.' },
            { value: 'crypto', name: 'Crypto', explain: 'BTC, ETH, USDC and others.' },
          ]}
        />
        <ExpiryField day={expiresOn} onChange={setExpiresOn} />
        <Disclosure title="Scopes" hint={scopesInShort(scopes)} open={open} onToggle={setOpen}>
          <ScopePicker catalogue={KEY_SCOPES} chosen={scopes} onChange={setScopes} />
        </Disclosure>
      </div>
      <section className="card card-pad stack" aria-label="What you give">
        <p>
          <strong>What you give:</strong> an API Key of <strong>{workspace.name}</strong>.{' '}
          {mode === 'test' ? 'No real money moves' : 'It moves real money'}: {MODE_NAMES[mode]},{' '}
          {CURRENCY_TYPE_NAMES[currencyType]}. Scopes: {scopesInShort(scopes).toLowerCase()}.{' '}
          {expiresAt === null ? (
            'It works until you delete it.'
          ) : (
            <>
              It works until <Day at={expiresAt} />, or until you delete it.
            </>
          )}
        </p>
        <p className="small quiet">
          The private half was made on that computer and stays there; nobody here has it.
        </p>
        <Checkbox
          label={`I started this login, and my terminal shows ${login.code}`}
          checked={isOwn}
          onChange={(event) => setOwn(event.currentTarget.checked)}
        />
        <FormError error={confirm.error ?? refuse.error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" loading={refuse.isPending} onClick={() => refuse.mutate()}>
            Refuse
          </Button>
          <Button type="submit" loading={confirm.isPending} disabled={!isOwn}>
            Give it the key
          </Button>
        </div>
      </section>
    </form>
  )
}
