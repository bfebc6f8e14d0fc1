import { useQuery } from '@tanstack/react-query'
import { ArrowLeftIcon } from '@radix-ui/react-icons'
import { Link, useParams, useRouter } from '@tanstack/react-router'
import { RequestDetail } from '../components/request-detail.tsx'
import { Failed, LoadingRows } from '../components/states.tsx'
import { logQuery } from '../logs.ts'
import { useMode } from '../mode.ts'

export function TransactionLogPage() {
  const { requestId } = useParams({ from: '/inside/transaction-logs/$requestId' })
  const log = useQuery(logQuery(useMode(), requestId))
  return (
    <div className="stack">
      <BackToList />
      {log.isPending && <LoadingRows rows={10} />}
      {log.isError && <Failed what="This request" error={log.error} onRetry={() => void log.refetch()} />}
      {log.isSuccess && <RequestDetail log={log.data} level={1} />}
    </div>
  )
}

/** Back to the list with its filters when it was left a moment ago, else to the plain list. */
function BackToList() {
  const router = useRouter()
  return (
    <Link
      to="/transaction-logs"
      className="link row"
      style={{ alignSelf: 'flex-start' }}
      onClick={(event) => {
        if (!router.history.canGoBack()) return
        event.preventDefault()
        router.history.back()
      }}
    >
      <ArrowLeftIcon /> Transaction Logs
    </Link>
  )
}
