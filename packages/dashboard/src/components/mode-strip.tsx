import { Popover } from '@mantine/core'
import { LightningBoltIcon, LockClosedIcon } from '@radix-ui/react-icons'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Mode } from '../api.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useProductionLock } from '../production-lock.ts'
import { BeakerIcon } from './icons.tsx'
import { ProductionLockReason } from './production-lock-reason.tsx'

const SAYS: Record<Mode, string> = {
  test: 'No real money moves. What happens here is not visible in Production Mode.',
  production: 'Real money moves. What happens here is not visible in Test Mode.',
}

/** The band under the top edge that names the mode; `workspace` pages say in words that they show both. */
export function ModeStrip({ strip }: { strip?: string }) {
  const mode = useMode()
  if (strip) {
    return (
      <div className="mode-strip" data-mode="both" role="status">
        <span className="says">{strip}</span>
      </div>
    )
  }
  return (
    <div className="mode-strip" data-mode={mode} role="status">
      {mode === 'test' ? <BeakerIcon /> : <LightningBoltIcon />}
      <span className="says">
        <strong>{MODE_NAMES[mode]}</strong> <span className="more">{SAYS[mode]}</span>
      </span>
      <ModeSwitch />
    </div>
  )
}

function ModeSwitch() {
  const mode = useMode()
  const navigate = useNavigate()
  const lock = useProductionLock()
  const [explaining, setExplaining] = useState(false)
  const choose = (next: Mode) => {
    if (next === 'production' && lock.locked) return setExplaining(true)
    // The other filters name things of the old mode, so only the mode travels along.
    void navigate({ to: '.', search: { mode: next } })
  }
  return (
    <Popover
      opened={explaining}
      onChange={setExplaining}
      width={340}
      position="bottom-end"
      withArrow
      shadow="md"
    >
      <Popover.Target>
        <span className="mode-switch" role="radiogroup" aria-label="Mode">
          {(['test', 'production'] as const).map((value) => (
            <button
              key={value}
              type="button"
              role="radio"
              aria-checked={mode === value}
              aria-disabled={value === 'production' && lock.locked}
              data-mode={value}
              onClick={() => choose(value)}
            >
              {value === 'test' ? <BeakerIcon /> : lock.locked ? <LockClosedIcon /> : <LightningBoltIcon />}
              {value === 'test' ? 'Test' : 'Production'}
              <span className="visually-hidden">Mode</span>
            </button>
          ))}
        </span>
      </Popover.Target>
      <Popover.Dropdown>
        <ProductionLockReason lock={lock} />
      </Popover.Dropdown>
    </Popover>
  )
}
