import { Button, Switch, Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { RailSettings } from '../api-types.ts'
import { Badge } from '../components/badges.tsx'
import { Loaded } from '../components/loaded.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { singlePersonWords } from '../components/settle.tsx'
import { FormError, Note, PageHead } from '../components/states.tsx'
import { ExactTime } from '../components/time.tsx'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { railsQuery, setRail } from '../operator.ts'
import { activationQuery } from '../production-lock.ts'

/** What moves real money: off until an operator switches it on. */
export function OperatorRailsPage() {
  return (
    <OperatorOnly>
      <div className="form-width">
        <PageHead
          title="Payment connections"
          lead="The rails that move real money in Production Mode. Everything is off until you switch it on."
        />
        <Rails />
      </div>
    </OperatorOnly>
  )
}

function Rails() {
  const rails = useQuery(railsQuery)
  return (
    <Loaded query={rails} what="The connections" rows={12}>
      {(settings) => {
        const { payout_approvers: payout, deposit_approvers: deposit } = settings
        const single = singlePersonWords(settings)
        return (
          <div className="stack-wide">
            <Note tone={single ? 'soon' : 'off'}>
              {single ??
                `A payout takes ${payout} different people (PAYOUT_APPROVERS), money that came ${deposit} (DEPOSIT_APPROVERS).`}
            </Note>
            {settings.data.map((rail) => (
              <Rail key={`${rail.name} ${rail.currency_type}`} rail={rail} />
            ))}
          </div>
        )
      }}
    </Loaded>
  )
}

function Rail({ rail }: { rail: RailSettings }) {
  const queryClient = useQueryClient()
  const [enabled, setEnabled] = useState(rail.enabled)
  const [instructions, setInstructions] = useState(rail.deposit_instructions ?? '')
  const save = useMutation({
    mutationFn: () =>
      setRail({
        currency_type: rail.currency_type,
        enabled,
        deposit_instructions: instructions.trim() || null,
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: railsQuery.queryKey })
      await queryClient.invalidateQueries({ queryKey: activationQuery.queryKey })
      notifications.show({ message: 'Payment connection saved.' })
    },
  })
  return (
    <form
      className="card card-pad stack"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <div className="row">
        <h2>Manual · {CURRENCY_TYPE_NAMES[rail.currency_type]}</h2>
        <Badge tone={rail.healthy ? 'good' : 'off'}>{rail.healthy ? 'On' : 'Off'}</Badge>
      </div>
      <p className="second">{rail.detail}</p>
      <Switch
        label="Switched on"
        description="Operators move the money and settle each transaction with its bank reference or hash."
        checked={enabled}
        onChange={(event) => setEnabled(event.currentTarget.checked)}
      />
      <Textarea
        label="Deposit instructions (optional)"
        description="Where customers send a deposit. They read it on their Activation page."
        maxLength={4000}
        autosize
        minRows={3}
        value={instructions}
        onChange={(event) => setInstructions(event.currentTarget.value)}
      />
      <FormError error={save.error} />
      <div className="row ends">
        <span className="small quiet">
          {rail.updated_at ? (
            <>
              Saved <ExactTime at={rail.updated_at} />
            </>
          ) : (
            'Never set'
          )}
        </span>
        <Button type="submit" loading={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  )
}
