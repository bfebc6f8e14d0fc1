import { useQuery } from '@tanstack/react-query'
import { requestExistsQuery } from '../logs.ts'
import { useMode } from '../mode.ts'
import { Chip } from './chip.tsx'
import { IdLink } from './id-link.tsx'

/** The request behind something: its row in Transaction Logs where a key made it, in words where none did. */
export function RequestLink({ requestId }: { requestId: string | null }) {
  const mode = useMode()
  const exists = useQuery({ ...requestExistsQuery(mode, requestId ?? ''), enabled: requestId !== null })
  if (requestId === null) return <span className="quiet">None: the server itself caused it</span>
  if (exists.data !== true) {
    return (
      <span className="row">
        <Chip value={requestId} what="request id" />
        {exists.data === false && <span className="quiet">Made in the dashboard, not with a key</span>}
      </span>
    )
  }
  return (
    <IdLink to="/transaction-logs/$requestId" params={{ requestId }} value={requestId} what="request id" />
  )
}
