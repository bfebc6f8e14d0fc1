import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import type { EventType } from '../api-types.ts'
import { BackLink } from '../components/back-link.tsx'
import { CodeSample } from '../components/code-sample.tsx'
import { SendTestEvent } from '../components/send-test-event.tsx'
import { Loaded } from '../components/loaded.tsx'
import { PageHead } from '../components/states.tsx'
import { groupEventTypes } from '../webhook-words.ts'
import { eventTypesQuery } from '../webhooks.ts'

/** Every type of event with its meaning, an example and its JSON Schema. */
export function EventTypesPage() {
  const types = useQuery(eventTypesQuery)
  return (
    <div className="stack">
      <BackLink to="/events">Events</BackLink>
      <div>
        <PageHead title="Event catalogue" lead="Every type of event, with an example and its JSON Schema." />
        <Loaded query={types} what="The catalogue" rows={10}>
          {(data) => <Catalogue types={data.data} />}
        </Loaded>
      </div>
    </div>
  )
}

function Catalogue({ types }: { types: EventType[] }) {
  const { type } = useSearch({ from: '/inside/events/types' })
  const chosen = types.find((item) => item.type === type) ?? types[0]
  return (
    <div className="mail">
      <nav className="card mail-list" aria-label="Event types">
        {groupEventTypes(types).map(({ name, items }) => (
          <div key={name}>
            <div className="list-group">{name}</div>
            {items.map((item) => (
              <Link
                key={item.type}
                to="/events/types"
                search={{ type: item.type }}
                aria-current={item === chosen || undefined}
                replace
              >
                <code>{item.type}</code>
              </Link>
            ))}
          </div>
        ))}
      </nav>
      {chosen && (
        <article className="stack">
          <div>
            <h2>
              <code className="title-code">{chosen.type}</code>
            </h2>
            <p className="second">{chosen.description}</p>
            {chosen.source === 'platform' && (
              <p className="quiet">Declared by your platform, version {chosen.version} of its schema.</p>
            )}
            <p>
              <Link to="/events" search={{ type: chosen.type }} className="link">
                Show events of this type
              </Link>
            </p>
          </div>
          <SendTestEvent type={chosen.type} />
          <CodeSample
            key={chosen.type}
            samples={[
              { name: 'Example', code: JSON.stringify(chosen.example, null, 2) },
              { name: 'JSON Schema', code: JSON.stringify(chosen.schema, null, 2) },
            ]}
          />
        </article>
      )}
    </div>
  )
}
