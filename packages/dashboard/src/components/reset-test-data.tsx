import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TestReset } from '../api-types.ts'
import { useMe } from '../session.ts'
import { resetTestData, testResetQuery } from '../test-mode.ts'
import { Note } from './states.tsx'
import { Time } from './time.tsx'
import { TypedConfirmation } from './typed-confirmation.tsx'

function inWords({ deleted_transactions: transactions, deleted_events: events }: TestReset): string {
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
  return `${counted(transactions, 'transaction')} and ${counted(events, 'event')}`
}

/** Begin again with an empty Test Mode. */
export function ResetTestData() {
  const me = useMe()
  const queryClient = useQueryClient()
  const [asking, setAsking] = useState(false)
  const last = useQuery(testResetQuery).data
  const mayReset = me.role === 'owner' || me.role === 'admin'
  const reset = useMutation({
    mutationFn: resetTestData,
    onSuccess: async () => {
      await queryClient.invalidateQueries()
      setAsking(false)
    },
  })
  return (
    <section className="card card-pad stack" aria-labelledby="reset-test-data">
      <div>
        <h2 id="reset-test-data">Reset test data</h2>
        <p className="second">
          Deletes the accounts, transactions, entries, events and deliveries of Test Mode and sets the test
          clock back. API Keys, webhooks, logs of requests and Production Mode stay.
        </p>
      </div>
      <div className="row">
        <Button variant="default" disabled={!mayReset} onClick={() => setAsking(true)}>
          Reset test data
        </Button>
        {!mayReset && <span className="second">Only owners and admins can reset test data.</span>}
      </div>
      {last?.status === 'running' && <Note tone="busy">The reset goes on: {inWords(last)} are deleted.</Note>}
      {last?.finished_at && (
        <Note tone="good">
          Last reset <Time at={last.finished_at} />: {inWords(last)} were deleted.
        </Note>
      )}
      {asking && (
        <TypedConfirmation
          name={me.workspace.name}
          title="Reset test data"
          deed="Delete the test data"
          keep="Keep it"
          action={reset}
          onClose={() => setAsking(false)}
        >
          <p>
            Everything that Test Mode made in {me.workspace.name} is deleted, for everybody in the workspace.
            This cannot be undone. Listeners of the command line end.
          </p>
        </TypedConfirmation>
      )}
    </section>
  )
}
