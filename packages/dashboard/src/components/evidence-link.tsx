import { Link } from '@tanstack/react-router'
import { shortened } from './chip.tsx'

/** To what the books say of an account or a transaction: operators see those of every workspace there. */
export function EvidenceLink({ subjectId }: { subjectId: string }) {
  return (
    <Link to="/operator/reconciliation/$subjectId" params={{ subjectId }} className="link" title={subjectId}>
      <code>{shortened(subjectId, 8, 6)}</code>
    </Link>
  )
}
