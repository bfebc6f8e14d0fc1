import { Button, Skeleton } from '@mantine/core'
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { Failed } from './states.tsx'

/** The shape of the shell while the first answer is under way. */
export function PendingShell() {
  return (
    <div className="shell" aria-busy="true" aria-label="Loading">
      <div className="shell-nav" />
      <div className="shell-main">
        <div className="content stack">
          <Skeleton height={28} width={220} />
          <Skeleton height={180} radius="lg" />
        </div>
      </div>
    </div>
  )
}

export function NotFoundPage() {
  return (
    <main className="state">
      <h1>There is no page here</h1>
      <p>The address may be mistyped, or the page belongs to a newer version of Countersign.</p>
      <div className="actions">
        <Button component="a" href="/">
          Go to Home
        </Button>
      </div>
    </main>
  )
}

export function CrashPage({ error }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <main style={{ padding: 32 }}>
      <Failed what="The page" error={error} onRetry={() => void router.invalidate()} />
    </main>
  )
}
