import { Button } from '@mantine/core'
import { PlusIcon } from '@radix-ui/react-icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { DeclaredEventType } from '../api-types.ts'
import { DeclareType } from '../components/declare-type.tsx'
import { Loaded } from '../components/loaded.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PublishEvent } from '../components/publish-event.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { TypedConfirmation } from '../components/typed-confirmation.tsx'
import { declaredTypesQuery, withdrawType } from '../declared-types.ts'
import { eventTypesQuery } from '../webhooks.ts'

/** The platform's own event types, which customers choose beside Countersign's. */
export function OperatorEventTypesPage() {
  return (
    <OperatorOnly>
      <DeclaredTypes />
    </OperatorOnly>
  )
}

type Dialog = { deed: 'declare' } | { deed: 'edit' | 'publish' | 'withdraw'; declared: DeclaredEventType }

function DeclaredTypes() {
  const types = useQuery(declaredTypesQuery)
  const [dialog, setDialog] = useState<Dialog>()
  const close = () => setDialog(undefined)
  const declare = (
    <Button leftSection={<PlusIcon />} onClick={() => setDialog({ deed: 'declare' })}>
      Declare event type
    </Button>
  )
  return (
    <>
      <PageHead
        title="Event types"
        lead="Events of your own platform, sent through the same webhooks. Your services publish them with POST /v1/operator/events."
        action={declare}
      />
      <Loaded query={types} what="The event types">
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No event types of your own yet" action={declare}>
              Declare one, such as card.issued, and customers can choose it for their webhooks and find it in
              the event catalogue with its schema and an example.
            </Empty>
          ) : (
            <TypeTable types={data} onOpen={setDialog} />
          )
        }
      </Loaded>
      {dialog?.deed === 'declare' && <DeclareType onClose={close} />}
      {dialog?.deed === 'edit' && <DeclareType declared={dialog.declared} onClose={close} />}
      {dialog?.deed === 'publish' && <PublishEvent declared={dialog.declared} onClose={close} />}
      {dialog?.deed === 'withdraw' && <WithdrawType declared={dialog.declared} onClose={close} />}
    </>
  )
}

function TypeTable({ types, onOpen }: { types: DeclaredEventType[]; onOpen: (dialog: Dialog) => void }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Event type</th>
            <th className="num">Version</th>
            <th>In production since</th>
            <th>Changed</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {types.map((declared) => (
            <tr key={declared.type}>
              <td>
                <span className="stack-tight">
                  <Link to="/events/types" search={{ type: declared.type }} className="lead">
                    <code>{declared.type}</code>
                  </Link>
                  <span className="small quiet">{declared.description}</span>
                </span>
              </td>
              <td data-label="Version" className="num">
                {declared.version}
              </td>
              <td data-label="In production since">
                {declared.published_at ? (
                  <Time at={declared.published_at} />
                ) : (
                  <span className="quiet">Not published</span>
                )}
              </td>
              <td data-label="Changed">
                <Time at={declared.updated_at} />
              </td>
              <td className="actions">
                <span className="row">
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={`Publish ${declared.type}`}
                    onClick={() => onOpen({ deed: 'publish', declared })}
                  >
                    Publish
                  </Button>
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={`Edit ${declared.type}`}
                    onClick={() => onOpen({ deed: 'edit', declared })}
                  >
                    Edit
                  </Button>
                  <Button
                    size="xs"
                    variant="default"
                    c="var(--bad)"
                    aria-label={`Withdraw ${declared.type}`}
                    onClick={() => onOpen({ deed: 'withdraw', declared })}
                  >
                    Withdraw
                  </Button>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function WithdrawType({ declared: { type }, onClose }: { declared: DeclaredEventType; onClose: () => void }) {
  const queryClient = useQueryClient()
  const withdraw = useMutation({
    mutationFn: () => withdrawType(type),
    onSuccess: async () => {
      await Promise.all(
        [declaredTypesQuery, eventTypesQuery].map(({ queryKey }) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      )
      onClose()
    },
  })
  return (
    <TypedConfirmation
      name={type}
      title={`Withdraw ${type}…`}
      deed="Withdraw type"
      keep="Keep it"
      action={withdraw}
      onClose={onClose}
    >
      <p>
        It leaves the catalogue, and nothing can be published under it. Events that went out stay in the logs,
        and webhooks that chose it keep its name.
      </p>
    </TypedConfirmation>
  )
}
