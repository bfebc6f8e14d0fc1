import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Session } from '../api-types.ts'
import { endOtherSessions, endSession, sessionsQuery } from '../session.ts'
import { Badge } from './badges.tsx'
import { FormDialog } from './form-dialog.tsx'
import { Loaded } from './loaded.tsx'
import { Day, Time } from './time.tsx'

/** Where one is signed in, and the way to end it. */
export function OwnSessions() {
  const sessions = useQuery(sessionsQuery)
  const [ending, setEnding] = useState<Session | 'others'>()
  return (
    <Loaded query={sessions} what="Your sessions" rows={2}>
      {({ data }) => (
        <>
          {data.map((session) => (
            <div key={session.id} className="row ends">
              <div>
                <div className="row">
                  {deviceName(session)} {session.current && <Badge tone="good">This browser</Badge>}
                </div>
                <div className="small quiet">
                  {session.ip ?? 'Address unknown'} · signed in <Time at={session.created_at} /> · ends{' '}
                  <Day at={session.expires_at} />
                </div>
              </div>
              {!session.current && (
                <Button size="xs" variant="default" onClick={() => setEnding(session)}>
                  Sign out
                </Button>
              )}
            </div>
          ))}
          {data.length > 1 && (
            <Button variant="default" style={{ alignSelf: 'flex-end' }} onClick={() => setEnding('others')}>
              Sign out everywhere else
            </Button>
          )}
          {ending && <EndSessions which={ending} onClose={() => setEnding(undefined)} />}
        </>
      )}
    </Loaded>
  )
}

type EndSessionsProps = { which: Session | 'others'; onClose: () => void }

function EndSessions({ which, onClose }: EndSessionsProps) {
  const queryClient = useQueryClient()
  const end = useMutation({
    mutationFn: () => (which === 'others' ? endOtherSessions() : endSession(which.id)),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey })
      onClose()
    },
  })
  return (
    <FormDialog
      title={which === 'others' ? 'Sign out everywhere else' : `Sign out ${deviceName(which)}`}
      deed="Sign out there"
      keep="Stay signed in"
      isDanger
      action={end}
      onClose={onClose}
    >
      <p>
        {which === 'others' ? 'Every browser but this one is' : 'That browser is'} out at once: it needs the
        password again, and what somebody types in it now has to wait for that.
      </p>
    </FormDialog>
  )
}

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const
const SYSTEMS = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS', 'Linux'] as const

/** "Firefox on Linux", or the first words of whatever it says that it is. */
function deviceName({ user_agent: agent }: Session): string {
  if (agent === null) return 'Unknown program'
  const browser = BROWSERS.find(([mark]) => agent.includes(mark))?.[1]
  const system = SYSTEMS.find((mark) => agent.includes(mark))
  if (!browser) return agent.slice(0, 40)
  return system ? `${browser} on ${system}` : browser
}
