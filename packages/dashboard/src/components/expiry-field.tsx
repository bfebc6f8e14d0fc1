import '@mantine/dates/styles.css'
import { Button, Checkbox } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { useState } from 'react'
import { daysFromToday, endOfDay } from '../key-words.ts'
import { exactTime } from './time.tsx'

const PRESET_DAYS = [30, 90, 365]
const DEFAULT_DAYS = 90

type ExpiryFieldProps = {
  /** The last day on which the key works (YYYY-MM-DD, viewer's zone); null is Never Expire. */
  day: string | null
  onChange: (day: string | null) => void
}

/** Never Expire, or a day: presets first, the exact moment in both zones beneath. */
export function ExpiryField({ day, onChange }: ExpiryFieldProps) {
  // What was chosen before the box was ticked comes back when it is unticked.
  const [remembered, setRemembered] = useState(day ?? daysFromToday(DEFAULT_DAYS))
  const choose = (next: string) => {
    setRemembered(next)
    onChange(next)
  }
  return (
    <fieldset className="plain stack">
      <legend>Expiry</legend>
      <Checkbox
        label="Never Expire"
        description="The key works until you delete it."
        checked={day === null}
        onChange={(event) => onChange(event.currentTarget.checked ? null : remembered)}
      />
      {day !== null && (
        <div className="stack-tight" style={{ paddingLeft: 32 }}>
          <div className="row" style={{ alignItems: 'flex-end' }}>
            <DatePickerInput
              label="Expires at the end of"
              value={day}
              onChange={(next) => next && choose(next)}
              minDate={daysFromToday(0)}
              valueFormat="D MMM YYYY"
              firstDayOfWeek={1}
              w={190}
            />
            <Button.Group>
              {PRESET_DAYS.map((days) => (
                <Button
                  key={days}
                  variant="default"
                  px={12} // so that three fit beside each other on a phone
                  aria-pressed={day === daysFromToday(days)}
                  onClick={() => choose(daysFromToday(days))}
                >
                  {days} days
                </Button>
              ))}
            </Button.Group>
          </div>
          <ExactExpiry day={day} />
        </div>
      )}
    </fieldset>
  )
}

function ExactExpiry({ day }: { day: string }) {
  const { local, utc } = exactTime(endOfDay(day))
  return (
    <p className="small quiet" role="status">
      {local} · {utc}
    </p>
  )
}
