import { useQuery } from '@tanstack/react-query'
import { ArrowLeftIcon } from '@radix-ui/react-icons'
import { Link, useParams, useRouter } from '@tanstack/react-router'
import { Loaded } from '../components/loaded.tsx'
import { RequestDetail } from '../components/request-detail.tsx'
import { logQuery } from '../logs.ts'
import { useMode } from '../mode.ts'

export function TransactionLogPage() {
  const { requestId } = useParams({ from: '/inside/transaction-logs/$requestId' })
  const log = useQuery(logQuery(useMode(), requestId))
  return (
    <div className="stack">
      <BackToList />
      <Loaded query={log} what="This request" rows={10} isPage>
        {(data) => <RequestDetail log={data} level={1} />}
      </Loaded>
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
