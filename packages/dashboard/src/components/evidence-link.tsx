import { shortened } from './chip.tsx'
import { IdLink } from './id-link.tsx'

/** To what the books say of an account or a transaction: operators see those of every workspace there. */
export function EvidenceLink({ subjectId }: { subjectId: string }) {
  return (
    <IdLink
      to="/operator/reconciliation/$subjectId"
      params={{ subjectId }}
      value={subjectId}
      display={shortened(subjectId, 8, 6)}
      what="id"
    />
  )
}
