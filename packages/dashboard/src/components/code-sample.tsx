import { useId, useState } from 'react'
import { CopyButton } from './chip.tsx'

/** One or several pieces of code under tabs, with a copy button for the one in view. */
export function CodeSample({ samples }: { samples: { name: string; code: string }[] }) {
  const [shown, setShown] = useState(0)
  const id = useId()
  const sample = samples[shown] ?? samples[0]
  if (!sample) return null
  return (
    <div className="code">
      <div className="code-head">
        <div className="tabs" role="tablist">
          {samples.map(({ name }, index) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={index === shown}
              aria-controls={id}
              onClick={() => setShown(index)}
            >
              {name}
            </button>
          ))}
        </div>
        <CopyButton value={sample.code} what={`${sample.name} code`} />
      </div>
      <pre id={id} role="tabpanel" tabIndex={0} aria-label={sample.name}>
        {sample.code}
      </pre>
    </div>
  )
}

/** One titled block of text as it travelled. */
export function CodeBlock({ title, code }: { title: string; code: string }) {
  return (
    <div className="code">
      <div className="code-head">
        <span className="code-title">{title}</span>
        <CopyButton value={code} what={title} />
      </div>
      <pre className="wrap" tabIndex={0} aria-label={title}>
        {code}
      </pre>
    </div>
  )
}
