import { Button, Skeleton } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { GateCard } from '../components/gate.tsx'
import { FormError, Note } from '../components/states.tsx'
import { VerificationNotice } from '../components/verification-notice.tsx'
import { meQuery, verifyEmail } from '../session.ts'

/** Where the link in the verification mail leads. */
export function VerifyEmailPage() {
  const { token } = useSearch({ from: '/outside/verify-email' })
  const queryClient = useQueryClient()
  const check = useQuery({
    queryKey: ['verify-email', token],
    enabled: token !== undefined,
    retry: false,
    staleTime: Infinity, // the token works once
    queryFn: async () => {
      await verifyEmail(token ?? '')
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
      return true
    },
  })
  const me = useQuery(meQuery)
  return (
    <GateCard title="Verify your e-mail">
      {check.isLoading && <Skeleton height={44} aria-label="Checking the link" />}
      {check.isSuccess && (
        <Note tone="good">
          <strong>Your e-mail address is verified.</strong> Nothing else is needed.
        </Note>
      )}
      <FormError error={check.error} />
      {!check.isSuccess && me.data && !me.data.user.email_verified && (
        <VerificationNotice email={me.data.user.email} />
      )}
      <Button component="a" href={me.data ? '/' : '/sign-in'}>
        {me.data ? 'Go to the dashboard' : 'Sign in'}
      </Button>
    </GateCard>
  )
}
