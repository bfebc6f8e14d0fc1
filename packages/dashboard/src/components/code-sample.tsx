import { useId, useState } from 'react'
import { readLanguage, rememberLanguage } from '../language.ts'
import { CopyButton } from './chip.tsx'

type CodeSampleProps = {
  samples: { name: string; code: string }[]
  /** The tabs are languages: the one chosen last, on any page, is shown first. */
  languages?: boolean
}

/** One or several pieces of code under tabs, with a copy button for the one in view. */
export function CodeSample({ samples, languages = false }: CodeSampleProps) {
  const [chosen, setChosen] = useState(() => (languages ? readLanguage() : null))
  const id = useId()
  const sample = samples.find(({ name }) => name === chosen) ?? samples[0]
  if (!sample) return null
  const choose = (name: string) => {
    setChosen(name)
    if (languages) rememberLanguage(name)
  }
  return (
    <div className="code">
      <div className="code-head">
        <div className="tabs" role="tablist">
          {samples.map(({ name }) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={name === sample.name}
              aria-controls={id}
              onClick={() => choose(name)}
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
