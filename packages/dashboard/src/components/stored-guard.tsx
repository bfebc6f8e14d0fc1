import { Button } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { Dialog } from './dialog.tsx'

/** Asks before somebody leaves a page whose secret is shown this one time and not stored yet. */
export function StoredGuard({ stored, what }: { stored: boolean; what: string }) {
  const guard = useBlocker({
    shouldBlockFn: () => !stored,
    enableBeforeUnload: () => !stored,
    withResolver: true,
  })
  if (guard.status !== 'blocked') return null
  return (
    <Dialog onClose={guard.reset} title={`The ${what} is not stored yet`}>
      <div className="stack">
        <p>It is shown on this page only. If you leave without it, the way to a new one is Rotate.</p>
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={guard.proceed}>
            Leave without it
          </Button>
          <Button onClick={guard.reset} data-autofocus>
            Stay and store it
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
