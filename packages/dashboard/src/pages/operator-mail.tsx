import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { call } from '../api.ts'
import type { List, MailMessage, MailSummary } from '../api-types.ts'
import { Empty, Failed, LoadingRows, Note, PageHead } from '../components/states.tsx'
import { ExactTime, Time } from '../components/time.tsx'
import { useMe } from '../session.ts'

const LIST = '/v1/operator/mail'

/** Where mail waits on a server without SMTP_URL. */
export function OperatorMailPage() {
  const me = useMe()
  const { message } = useSearch({ from: '/inside/operator/mail' })
  const list = useQuery({
    queryKey: ['operator-mail'],
    queryFn: ({ signal }) => call<List<MailSummary>>('GET', LIST, { signal, query: { limit: 100 } }),
    enabled: me.is_operator,
  })
  if (!me.is_operator) {
    return (
      <Note tone="bad">Only operators of this server see its mail. Sign in with an operator’s account.</Note>
    )
  }
  const chosen = message ?? list.data?.data[0]?.id
  return (
    <>
      <PageHead
        title="Mail"
        lead="Every message that this server has written: verification and reset links among them."
      />
      {list.isPending && <LoadingRows />}
      {list.isError && <Failed what="The mail" error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && list.data.data.length === 0 && (
        <Empty title="No mail yet">
          When somebody signs up or asks for a new password, the message appears here.
        </Empty>
      )}
      {list.isSuccess && list.data.data.length > 0 && (
        <div className="mail">
          <ul className="card mail-list">
            {list.data.data.map((mail) => (
              <li key={mail.id}>
                <Link
                  to="/operator/mail"
                  search={{ message: mail.id }}
                  aria-current={mail.id === chosen || undefined}
                >
                  <strong>{mail.subject}</strong>
                  <span className="row small quiet" style={{ justifyContent: 'space-between' }}>
                    <span>{mail.to}</span>
                    <Time at={mail.created_at} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
          {chosen && <Message id={chosen} />}
        </div>
      )}
    </>
  )
}

function Message({ id }: { id: string }) {
  const mail = useQuery({
    queryKey: ['operator-mail', id],
    queryFn: ({ signal }) => call<MailMessage>('GET', `${LIST}/${encodeURIComponent(id)}`, { signal }),
  })
  if (mail.isPending) return <LoadingRows rows={4} />
  if (mail.isError)
    return <Failed what="This message" error={mail.error} onRetry={() => void mail.refetch()} />
  return (
    <article className="card card-pad stack">
      <div>
        <h2>{mail.data.subject}</h2>
        <p className="small quiet">
          To {mail.data.to} · <ExactTime at={mail.data.created_at} />
        </p>
      </div>
      {mail.data.text === null ? (
        <Note>
          The text is gone: it is destroyed once the mail server has taken it, and after 7 days at the latest.
        </Note>
      ) : (
        <p className="mail-text">
          <Linked text={mail.data.text} />
        </p>
      )}
    </article>
  )
}

/** Plain text whose links into this very server can be clicked; no other address becomes a link. */
function Linked({ text }: { text: string }) {
  return text.split(/(https?:\/\/\S+)/).map((part, index) =>
    URL.canParse(part) && new URL(part).origin === location.origin ? (
      <a key={index} className="link" href={part}>
        {part}
      </a>
    ) : (
      part
    ),
  )
}
