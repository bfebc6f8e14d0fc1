import { useQuery } from '@tanstack/react-query'
import type { Scope } from '../api-types.ts'
import type { KeyDeeds } from '../key-deeds.ts'
import { apiKeyCallersQuery, deleteApiKey, editApiKey, rotateApiKey } from '../keys.ts'
import { KEY_SCOPES } from '../scope-words.ts'
import { describeCaller } from './key-callers.tsx'
import { Note } from './states.tsx'
import { relativeTime, useNow } from './time.tsx'

/** What can be done to a workspace's keys. */
export const API_KEY_DEEDS: KeyDeeds<Scope> = {
  queryKey: 'api-keys',
  scopes: KEY_SCOPES,
  edit: editApiKey,
  rotate: rotateApiKey,
  remove: deleteApiKey,
  leaves: 'Its Transaction Logs stay readable.',
  LastCaller,
}

/** Who will need the new secret. */
function LastCaller({ keyId, secretVersion, what }: { keyId: string; secretVersion: number; what: string }) {
  const now = useNow()
  const { data } = useQuery(apiKeyCallersQuery(keyId))
  const callers = data?.data.filter(({ secret_version }) => secret_version === secretVersion) ?? []
  const [last] = callers
  if (!last) return null
  const ago = relativeTime(Date.parse(last.last_used_at), now)
  return (
    <Note>
      The present {what} was last used {ago} by {describeCaller(last)}
      {callers.length === 2 && ', and by another caller before'}
      {callers.length > 2 && `, and by ${callers.length - 1} other callers before`}.
    </Note>
  )
}
