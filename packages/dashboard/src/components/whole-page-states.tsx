import { Button, Skeleton } from '@mantine/core'
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { GateCard, GateFrame } from './gate.tsx'
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
    <GateFrame>
      <GateCard
        title="There is no page here"
        lead="The address may be mistyped, or the page belongs to another version of Countersign."
      >
        <Button component="a" href="/">
          Go to Home
        </Button>
      </GateCard>
    </GateFrame>
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
