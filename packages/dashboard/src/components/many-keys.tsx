import '../styles/keys.css'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ApiKey } from '../api-types.ts'
import { DAY_MS } from '../key-use.ts'
import { deleteApiKey, editApiKey, forEachKey } from '../keys.ts'
import { shortened } from './chip.tsx'
import { TypedConfirmation } from './typed-confirmation.tsx'

type ManyKeysProps = { keys: ApiKey[]; onClear: () => void }

const DEEDS = {
  disable: {
    done: 'disabled',
    run: (key: ApiKey) => editApiKey(key.id, { enabled: false }),
    says: 'Requests signed with these keys are refused until somebody enables them again.',
  },
  delete: {
    done: 'deleted',
    run: (key: ApiKey) => deleteApiKey(key.id),
    says: 'Requests signed with these keys are refused from the moment you delete them. This cannot be undone.',
  },
}
const NAMES_SHOWN = 5

/** What can be done to the selected keys: at the foot of the window, so that no row moves when one is selected. */
export function ManyKeys({ keys, onClear }: ManyKeysProps) {
  const [deed, setDeed] = useState<'disable' | 'delete'>()
  return (
    <div className="card row selection-bar" role="group" aria-label="Selected keys">
      <strong>{countOf(keys)} selected</strong>
      <Button variant="default" size="xs" onClick={() => setDeed('disable')}>
        Disable
      </Button>
      <Button variant="default" size="xs" c="var(--bad)" onClick={() => setDeed('delete')}>
        Delete
      </Button>
      <Button variant="subtle" size="xs" onClick={onClear}>
        Select none
      </Button>
      {deed && <ConfirmMany deed={deed} keys={keys} onClear={onClear} onClose={() => setDeed(undefined)} />}
    </div>
  )
}

type ConfirmManyProps = ManyKeysProps & { deed: 'disable' | 'delete'; onClose: () => void }

function ConfirmMany({ deed, keys, onClear, onClose }: ConfirmManyProps) {
  const queryClient = useQueryClient()
  const { done, run, says } = DEEDS[deed]
  const count = countOf(keys)
  const action = useMutation({
    mutationFn: async () => {
      const { failed, error } = await forEachKey(keys, run)
      await queryClient.invalidateQueries({ queryKey: ['api-keys'] })
      const succeeded = keys.length - failed
      if (succeeded > 0) notifications.show({ message: `${succeeded} of ${count} ${done}.` })
      if (failed > 0) throw error as Error
    },
    onSuccess: () => {
      onClear()
      onClose()
    },
  })
  const more = keys.length - NAMES_SHOWN
  return (
    <TypedConfirmation
      name={`${deed} ${count}`}
      title={`${deed === 'disable' ? 'Disable' : 'Delete'} ${count}`}
      deed={`${deed === 'disable' ? 'Disable' : 'Delete'} ${count}`}
      keep="Change nothing"
      action={action}
      onClose={onClose}
    >
      <p>
        {says} {usedLately(keys)}
      </p>
      <ul className="second selection-names">
        {keys.slice(0, NAMES_SHOWN).map(({ id, name, public_key }) => (
          <li key={id}>
            {name} <code className="quiet">{shortened(public_key, 13)}</code>
          </li>
        ))}
        {more > 0 && <li>and {more} more</li>}
      </ul>
    </TypedConfirmation>
  )
}

function usedLately(keys: readonly ApiKey[]): string {
  const since = Date.now() - DAY_MS
  const used = keys.filter(({ last_used_at: at }) => at && Date.parse(at) > since).length
  if (used === 0) return 'None of them was used in the last 24 hours.'
  return `${used} of them ${used === 1 ? 'was' : 'were'} used in the last 24 hours.`
}

function countOf(keys: readonly unknown[]): string {
  return keys.length === 1 ? '1 key' : `${keys.length} keys`
}
