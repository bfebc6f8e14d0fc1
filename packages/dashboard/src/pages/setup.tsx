import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { AccountForm } from '../components/account-form.tsx'
import { GateCard } from '../components/gate.tsx'
import { Note } from '../components/states.tsx'
import { meetAgain, setUp } from '../session.ts'

export function SetupPage() {
  const { token } = useSearch({ from: '/outside/setup' })
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  if (!token) {
    return (
      <GateCard title="Set up this server">
        <Note tone="bad">
          <strong>The link is not complete.</strong> Open the whole “First run” link that the start of the
          server printed. If the first account exists already,{' '}
          <Link to="/sign-in" className="link">
            sign in
          </Link>
          .
        </Note>
      </GateCard>
    )
  }
  return (
    <GateCard
      title="Set up this server"
      lead="The account that you open here runs the platform: it sees the operator pages as well as its own workspace."
    >
      <AccountForm
        action="Create operator account"
        create={(account) => setUp(token, account)}
        onDone={async () => {
          await meetAgain(queryClient)
          await navigate({ to: '/', replace: true })
        }}
      />
    </GateCard>
  )
}
