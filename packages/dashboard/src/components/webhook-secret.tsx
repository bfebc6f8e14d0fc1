import { WEBHOOK_SNIPPETS } from '../webhook-snippet.ts'
import { CodeSample } from './code-sample.tsx'
import { SecretBox } from './key-reveal.tsx'

/** The secret of an endpoint in full, and the code that verifies with it. */
export function WebhookSecret({ secret }: { secret: string }) {
  return (
    <div className="stack">
      <SecretBox
        label="Webhook secret"
        value={secret}
        hint="Shown once. Store it now; it cannot be shown again."
        testId="webhook-secret"
      />
      <p className="second">
        Every webhook is signed with it (Standard Webhooks). Put it into{' '}
        <code>COUNTERSIGN_WEBHOOK_SECRET</code> and verify before you trust a body:
      </p>
      <CodeSample samples={WEBHOOK_SNIPPETS} languages />
    </div>
  )
}
