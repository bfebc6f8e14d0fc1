import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { call } from '../api.ts'
import type { MailMessage, MailSummary } from '../api-types.ts'
import { Loaded } from '../components/loaded.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { Empty, Note, PageHead } from '../components/states.tsx'
import { ExactTime, Time } from '../components/time.tsx'
import { useList } from '../use-list.ts'

const LIST = '/v1/operator/mail'

/** Where mail waits on a server without SMTP_URL. */
export function OperatorMailPage() {
  const { message } = useSearch({ from: '/inside/operator/mail' })
  return (
    <OperatorOnly>
      <PageHead
        title="Mail"
        lead="Every message that this server has written: verification and reset links among them."
      />
      <Mail asked={message} />
    </OperatorOnly>
  )
}

function Mail({ asked }: { asked: string | undefined }) {
  const state = useList<MailSummary>({ path: LIST })
  const chosen = asked ?? state.rows[0]?.id
  return (
    <div className="mail">
      <div className="stack">
        <PagedList
          state={state}
          what="The mail"
          inUrl
          empty={
            <Empty title="No mail yet">
              When somebody signs up or asks for a new password, the message appears here.
            </Empty>
          }
        >
          {(rows) => (
            <ul className="card mail-list">
              {rows.map((mail) => (
                <li key={mail.id}>
                  <Link
                    to="/operator/mail"
                    search={{ message: mail.id }}
                    aria-current={mail.id === chosen || undefined}
                  >
                    <strong>{mail.subject}</strong>
                    <span className="row small quiet ends">
                      <span>{mail.to}</span>
                      <Time at={mail.created_at} />
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </PagedList>
      </div>
      {chosen && <Message id={chosen} />}
    </div>
  )
}

function Message({ id }: { id: string }) {
  const mail = useQuery({
    queryKey: [LIST, 'one', id],
    queryFn: ({ signal }) => call<MailMessage>('GET', `${LIST}/${encodeURIComponent(id)}`, { signal }),
  })
  return (
    <Loaded query={mail} what="This message" rows={4}>
      {({ subject, to, text, created_at: at }) => (
        <article className="card card-pad stack">
          <div>
            <h2>{subject}</h2>
            <p className="small quiet">
              To {to} · <ExactTime at={at} />
            </p>
          </div>
          {text === null ? (
            <Note>
              The text is gone: it is destroyed once the mail server has taken it, and after 7 days at the
              latest.
            </Note>
          ) : (
            <p className="mail-text">
              <Linked text={text} />
            </p>
          )}
        </article>
      )}
    </Loaded>
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
