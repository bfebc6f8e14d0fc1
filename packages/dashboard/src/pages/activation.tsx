import { Button } from '@mantine/core'
import { CheckCircledIcon, CircleIcon } from '@radix-ui/react-icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { call } from '../api.ts'
import type { ActivationChecklist } from '../api-types.ts'
import { ApprovalBadge } from '../components/badges.tsx'
import { HowToDeposit } from '../components/how-to-deposit.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { Loaded } from '../components/loaded.tsx'
import { FormError, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { activationQuery } from '../production-lock.ts'
import { useMe } from '../session.ts'

/** What opens Production Mode, from facts, and asking the platform for it. */
export function ActivationPage() {
  // Facts change elsewhere, on other pages and by other people.
  const lists = useQuery({ ...activationQuery, staleTime: 0, refetchInterval: 10_000 })
  return (
    <div className="read-width">
      <PageHead
        title="Activation"
        lead="What opens Production Mode, for each Currency Type. The steps tick themselves."
      />
      <Loaded query={lists} what="The checklist" rows={10}>
        {({ data }) => (
          <div className="stack-wide">
            {data.map((list) => (
              <Checklist key={list.currency_type} list={list} />
            ))}
          </div>
        )}
      </Loaded>
    </div>
  )
}

function Checklist({ list }: { list: ActivationChecklist }) {
  const name = CURRENCY_TYPE_NAMES[list.currency_type]
  return (
    <section className="card card-pad" aria-label={name}>
      <div className="row">
        <h2>{name}</h2>
        <ApprovalBadge status={list.approval.status} />
      </div>
      <p className="second">
        {list.production_open
          ? `Production Mode is open for ${name}. Real money moves there.`
          : `Production Mode is locked for ${name} until every step is done.`}
      </p>
      <ol className="steps">
        {list.items.map((item) => (
          <li key={item.code} data-done={item.done || undefined}>
            {item.done ? <CheckCircledIcon aria-label="Done" /> : <CircleIcon aria-label="To do" />}
            <div>
              <h3>{item.title}</h3>
              <p className="second">{item.detail}</p>
            </div>
            <Remedy code={item.code} list={list} isDone={item.done} />
          </li>
        ))}
      </ol>
      {list.production_open && list.deposit_instructions && (
        <HowToDeposit currencyType={list.currency_type} instructions={list.deposit_instructions} />
      )}
    </section>
  )
}

type RemedyProps = { code: string; list: ActivationChecklist; isDone: boolean }

/** Where each step is done, also once it is: what was done there can be undone there. */
function Remedy({ code, list, isDone }: RemedyProps): ReactNode {
  const me = useMe()
  // What is done needs no button.
  const look = isDone ? ({ variant: 'transparent', p: 0 } as const) : ({ variant: 'default' } as const)
  switch (code) {
    case 'email_verified':
    case 'profile':
      return (
        <LinkButton to="/settings" hash={code === 'profile' ? 'profile' : undefined} {...look}>
          Open Settings
        </LinkButton>
      )
    case 'two_factor':
      return (
        <LinkButton to="/settings/two-factor" {...look}>
          {isDone ? 'Open second factor' : 'Set up second factor'}
        </LinkButton>
      )
    case 'payment_connection':
      return me.is_operator ? (
        <LinkButton to="/operator/payment-connections" {...look}>
          Open Payment connections
        </LinkButton>
      ) : (
        !isDone && <span className="small quiet">The platform does this.</span>
      )
    case 'webhook':
      return (
        <LinkButton to="/webhooks" search={{ mode: 'production' }} {...look}>
          Open Webhooks
        </LinkButton>
      )
    case 'approval':
      return isDone ? null : <RequestActivation list={list} />
    default:
      return null
  }
}

function RequestActivation({ list }: { list: ActivationChecklist }) {
  const queryClient = useQueryClient()
  const request = useMutation({
    mutationFn: () => call('POST', `/v1/activation/${list.currency_type}/request`),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: activationQuery.queryKey }),
  })
  if (list.approval.status === 'requested') {
    return (
      list.approval.requested_at && (
        <span className="small quiet">
          Requested <Time at={list.approval.requested_at} />
        </span>
      )
    )
  }
  return (
    <span className="stack-tight">
      <Button loading={request.isPending} onClick={() => request.mutate()}>
        Request activation
      </Button>
      <FormError error={request.error} />
    </span>
  )
}
