import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Session } from '../api-types.ts'
import { endOtherSessions, endSession, sessionsQuery } from '../session.ts'
import { Badge } from './badges.tsx'
import { Loaded } from './loaded.tsx'
import { Day, Time } from './time.tsx'

/** Where one is signed in, and the way to end it. */
export function OwnSessions() {
  const queryClient = useQueryClient()
  const sessions = useQuery(sessionsQuery)
  const after = {
    onSuccess: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
    onError: (error: Error) => notifications.show({ color: 'red', message: error.message }),
  }
  const end = useMutation({ mutationFn: endSession, ...after })
  const endOthers = useMutation({ mutationFn: endOtherSessions, ...after })
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
                <Button
                  size="xs"
                  variant="default"
                  loading={end.isPending && end.variables === session.id}
                  onClick={() => end.mutate(session.id)}
                >
                  Sign out
                </Button>
              )}
            </div>
          ))}
          {data.length > 1 && (
            <Button
              variant="default"
              style={{ alignSelf: 'flex-end' }}
              loading={endOthers.isPending}
              onClick={() => endOthers.mutate()}
            >
              Sign out everywhere else
            </Button>
          )}
        </>
      )}
    </Loaded>
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
