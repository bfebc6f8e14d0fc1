import { Button } from '@mantine/core'
import { CheckCircledIcon, CircleIcon } from '@radix-ui/react-icons'
import { useState, type ReactNode } from 'react'
import { useMe } from '../session.ts'
import { LinkButton } from './link-button.tsx'

type FirstStepsProps = { keyMade: boolean; requestMade: boolean; webhookAdded: boolean }

/** Ticks itself from facts: nobody has to say that a step is done. Who knows the way hides it, in this browser. */
export function FirstSteps(facts: FirstStepsProps) {
  const me = useMe()
  const [hidden, setHidden] = useHidden(`countersign-first-steps-hidden-${me.workspace.id}`)
  const steps = stepsOf({ ...facts, secondFactorOn: me.user.two_factor_enabled })
  const done = steps.filter((step) => step.done).length
  if (hidden)
    return done === steps.length ? null : (
      <p>
        <Button variant="subtle" onClick={() => setHidden(false)}>
          Show the first steps
        </Button>
      </p>
    )
  return (
    <section className="card card-pad" aria-label="First steps">
      <div className="row ends">
        <h2>First steps</h2>
        <Button variant="subtle" size="xs" onClick={() => setHidden(true)}>
          Hide<span className="visually-hidden"> the first steps</span>
        </Button>
      </div>
      <p className="second">
        {done} of {steps.length} done. {done < steps.length && 'They tick themselves.'}
      </p>
      {done < steps.length && (
        <ol className="steps first-steps">
          {steps.map((step) => (
            <li key={step.title} data-done={step.done || undefined}>
              {step.done ? <CheckCircledIcon aria-label="Done" /> : <CircleIcon aria-label="To do" />}
              <div>
                <h3>{step.title}</h3>
                <p className="second">{step.says}</p>
              </div>
              {!step.done && step.action}
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

type Step = { done: boolean; title: string; says: string; action: ReactNode }

function stepsOf(facts: FirstStepsProps & { secondFactorOn: boolean }): Step[] {
  return [
    {
      done: facts.keyMade,
      title: 'Create an API key',
      says: 'A Public Key that names you and a Secret Key that signs. Half a minute.',
      action: <LinkButton to="/api-keys/new">Create API Key</LinkButton>,
    },
    {
      done: facts.requestMade,
      title: 'Send a signed request',
      says: 'Every key has code for curl and TypeScript, and a page that waits for your request.',
      action: (
        <LinkButton to="/api-keys" variant="default" disabled={!facts.keyMade}>
          Open API Keys
        </LinkButton>
      ),
    },
    {
      done: facts.webhookAdded,
      title: 'Add a webhook',
      says: 'A URL of yours that hears of each event, signed, as it happens.',
      action: (
        <LinkButton to="/webhooks/new" variant="default">
          Add Webhook
        </LinkButton>
      ),
    },
    {
      done: facts.secondFactorOn,
      title: 'Turn on your second factor',
      says: 'A code from your phone beside the password. Production Mode asks for it.',
      action: (
        <LinkButton to="/settings/two-factor" variant="default">
          Set up
        </LinkButton>
      ),
    },
  ]
}

/** A choice of this browser; where storage is forbidden it lasts as long as the page. */
function useHidden(key: string): [hidden: boolean, setHidden: (hidden: boolean) => void] {
  const [hidden, setHidden] = useState(() => {
    try {
      return localStorage.getItem(key) !== null
    } catch {
      return false
    }
  })
  return [
    hidden,
    (next) => {
      setHidden(next)
      try {
        if (next) localStorage.setItem(key, 'yes')
        else localStorage.removeItem(key)
      } catch {}
    },
  ]
}
