import { Button, NumberInput, Select } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TestClock } from '../api-types.ts'
import { clockInWords } from '../test-clock-words.ts'
import { changeTestClock, testClockQuery, type ClockChange } from '../test-mode.ts'
import { Badge } from './badges.tsx'
import { Loaded } from './loaded.tsx'
import { FormError, Note } from './states.tsx'
import { ExactTime } from './time.tsx'

const UNITS = [
  { value: '1', label: 'seconds' },
  { value: '60', label: 'minutes' },
  { value: '3600', label: 'hours' },
  { value: '86400', label: 'days' },
]

/** The clock of Test Mode: where it is, forward, stop, run, back. */
export function TestClockCard() {
  const clock = useQuery(testClockQuery)
  return (
    <section className="card card-pad stack" aria-labelledby="test-clock">
      <div>
        <h2 id="test-clock">Test clock</h2>
        <p className="second">
          Set it forward and what is due by then happens now: settlements, delays, expiries, returns. Keys,
          signatures, webhook retries and every time that is written down keep to the server's clock.
        </p>
      </div>
      <Loaded query={clock} what="The test clock" rows={2}>
        {(data) => <Clock clock={data} />}
      </Loaded>
    </section>
  )
}

function Clock({ clock }: { clock: TestClock }) {
  const queryClient = useQueryClient()
  const change = useMutation({
    mutationFn: changeTestClock,
    onSuccess: (moved) => queryClient.setQueryData(testClockQuery.queryKey, moved),
    // Transactions, balances, events and deliveries change with it.
    onSettled: () => queryClient.invalidateQueries(),
  })
  const act = (deed: ClockChange) => change.mutate(deed)
  const words = clockInWords(clock)
  const moved = change.isSuccess && change.variables !== 'set back' ? change.data.looked_at : 0
  return (
    <>
      <div className="row">
        <ExactTime at={clock.now} />
        {clock.frozen_at ? (
          <Badge tone="soon">Stands still</Badge>
        ) : (
          <Badge tone={words ? 'soon' : 'good'}>{words ? 'Ahead' : 'As the server'}</Badge>
        )}
        {words && <span className="second">{words}</span>}
      </div>
      <Advance busy={change.isPending} onAdvance={(seconds) => act({ advance_seconds: seconds })} />
      <div className="row">
        {clock.frozen_at ? (
          <Button variant="default" disabled={change.isPending} onClick={() => act({ frozen_at: null })}>
            Let it run
          </Button>
        ) : (
          <Button variant="default" disabled={change.isPending} onClick={() => act({ frozen_at: clock.now })}>
            Stop it here
          </Button>
        )}
        {words && (
          <Button variant="default" disabled={change.isPending} onClick={() => act('set back')}>
            Set it back
          </Button>
        )}
      </div>
      <FormError error={change.error} />
      {moved > 0 && (
        <Note tone="good">
          {moved === 1 ? '1 step was due and has happened.' : `${moved} steps were due and have happened.`}
        </Note>
      )}
    </>
  )
}

function Advance({ busy, onAdvance }: { busy: boolean; onAdvance: (seconds: number) => void }) {
  const [count, setCount] = useState<number | string>(1)
  const [unit, setUnit] = useState('86400')
  return (
    <form
      className="clock-advance"
      onSubmit={(event) => {
        event.preventDefault()
        onAdvance(Number(count) * Number(unit))
      }}
    >
      <NumberInput
        label="Forward by"
        min={1}
        max={10_000}
        allowDecimal={false}
        value={count}
        onChange={setCount}
      />
      <Select
        aria-label="Unit"
        data={UNITS}
        value={unit}
        onChange={(value) => value && setUnit(value)}
        allowDeselect={false}
      />
      <Button type="submit" loading={busy} disabled={!(Number(count) > 0)}>
        Set forward
      </Button>
    </form>
  )
}
