import { useMe } from '../session.ts'
import { Note } from './states.tsx'
import { ExactTime } from './time.tsx'

/** On every page of a workspace that the platform has stopped: why, and what still works. */
export function SuspendedNotice() {
  const { suspension } = useMe()
  if (!suspension) return null
  return (
    <div style={{ marginBottom: 16 }}>
      <Note tone="bad">
        <strong>The platform has suspended this workspace.</strong> Reason: {suspension.reason}
        <div className="small">
          Since <ExactTime at={suspension.suspended_at} />. Its API Keys are refused; you can read everything
          and change nothing. What was under way goes on.
        </div>
      </Note>
    </div>
  )
}
