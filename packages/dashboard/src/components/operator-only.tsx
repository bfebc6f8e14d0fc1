import { useMatches } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useMe } from '../session.ts'
import { LinkButton } from './link-button.tsx'
import { Empty, PageHead } from './states.tsx'

/** Operators' pages ask for nothing that the server would refuse anyway. */
export function OperatorOnly({ children }: { children: ReactNode }) {
  const title = useMatches({ select: (matches) => matches.at(-1)?.staticData.title })
  if (useMe().is_operator) return children
  return (
    <>
      <PageHead title={title} />
      <Empty
        title="Only operators of this server see this page"
        action={
          <LinkButton to="/" variant="default">
            Go to Home
          </LinkButton>
        }
      >
        They run the platform and decide about real money. Sign in with an operator’s account, or ask one.
      </Empty>
    </>
  )
}
