import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { AccountForm } from '../components/account-form.tsx'
import { GateCard } from '../components/gate.tsx'
import { meetAgain, signUp } from '../session.ts'

export function SignUpPage() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  return (
    <GateCard
      title="Create your account"
      lead={
        <>
          Test Mode is ready at once. Already have an account?{' '}
          <Link to="/sign-in" className="link">
            Sign in
          </Link>
        </>
      }
    >
      <AccountForm
        action="Create account"
        create={signUp}
        onDone={async () => {
          await meetAgain(queryClient)
          await navigate({ to: '/' })
        }}
      />
    </GateCard>
  )
}
