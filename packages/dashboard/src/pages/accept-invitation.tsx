import { Button, Skeleton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import type { InvitationLook } from '../api-types.ts'
import { AccountForm } from '../components/account-form.tsx'
import { GateCard } from '../components/gate.tsx'
import { FormError, Note } from '../components/states.tsx'
import { meetAgain, meQuery, signOut } from '../session.ts'
import { acceptInvitation, invitationQuery, ROLE_NAMES, signUpInvited } from '../team.ts'

/** Where the link of an invitation leads: to a new account, or into the workspace with the one that is signed in. */
export function AcceptInvitationPage() {
  const { token = '' } = useSearch({ from: '/outside/accept-invitation' })
  const look = useQuery(invitationQuery(token))
  const me = useQuery(meQuery)
  if (look.isPending || me.isPending)
    return (
      <GateCard title="Invitation">
        <Skeleton height={160} aria-label="Reading the invitation" aria-busy />
      </GateCard>
    )
  if (look.isError)
    return (
      <GateCard title="Invitation">
        <FormError error={look.error} />
        <Button component="a" href="/" variant="default">
          Go to the dashboard
        </Button>
      </GateCard>
    )
  const { workspace, role, invited_by: inviter } = look.data
  return (
    <GateCard
      title={`Join ${workspace.name}`}
      lead={`${inviter.name} (${inviter.email}) invites you as ${ROLE_NAMES[role]}.`}
    >
      {me.data ? (
        <Join token={token} look={look.data} signedInAs={me.data.user.email} />
      ) : (
        <NewAccount token={token} email={look.data.email} />
      )}
    </GateCard>
  )
}

/** A full load brings the session's new workspace everywhere. */
const enter = () => location.assign('/')

function Join({ token, look, signedInAs }: { token: string; look: InvitationLook; signedInAs: string }) {
  const queryClient = useQueryClient()
  const join = useMutation({ mutationFn: () => acceptInvitation(token), onSuccess: enter })
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: () => meetAgain(queryClient),
  })
  if (signedInAs !== look.email)
    return (
      <>
        <Note tone="soon">
          <strong>The invitation is for {look.email}.</strong> You are signed in as {signedInAs}.
        </Note>
        <FormError error={leave.error} />
        <Button loading={leave.isPending} onClick={() => leave.mutate()}>
          Sign out and go on as {look.email}
        </Button>
      </>
    )
  return (
    <>
      <p className="second">You are signed in as {signedInAs}. Your other workspaces stay as they are.</p>
      <FormError error={join.error} />
      <Button loading={join.isPending} onClick={() => join.mutate()}>
        Join
      </Button>
    </>
  )
}

function NewAccount({ token, email }: { token: string; email: string }) {
  return (
    <>
      <p className="second">
        Already have an account?{' '}
        <Link
          to="/sign-in"
          search={{ return: `/accept-invitation?token=${encodeURIComponent(token)}` }}
          className="link"
        >
          Sign in
        </Link>
      </p>
      <AccountForm
        action="Create account and join"
        invitedEmail={email}
        create={(account) => signUpInvited(token, account)}
        onDone={enter}
      />
    </>
  )
}
