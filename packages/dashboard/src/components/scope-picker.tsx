import '../styles/keys.css'
import { Checkbox } from '@mantine/core'
import type { Scope } from '../api-types.ts'
import { SCOPE_GROUPS, SCOPE_WORDS } from '../scope-words.ts'

type ScopePickerProps = { chosen: readonly Scope[]; onChange: (scopes: Scope[]) => void }

/** Every scope with what it allows, services apart from management. */
export function ScopePicker({ chosen, onChange }: ScopePickerProps) {
  const toggle = (scopes: readonly Scope[], on: boolean) =>
    onChange([...chosen.filter((scope) => !scopes.includes(scope)), ...(on ? scopes : [])])
  return (
    <fieldset className="plain">
      <legend>Scopes</legend>
      <div className="card scopes">
        {SCOPE_GROUPS.map(({ name, explain, scopes }) => {
          const count = scopes.filter((scope) => chosen.includes(scope)).length
          return (
            <div key={name} className="stack-tight" role="group" aria-label={name}>
              <Checkbox
                label={<strong>{name}</strong>}
                description={explain}
                checked={count === scopes.length}
                indeterminate={count > 0 && count < scopes.length}
                onChange={(event) => toggle(scopes, event.currentTarget.checked)}
              />
              {scopes.map((scope) => (
                <Checkbox
                  key={scope}
                  label={SCOPE_WORDS[scope]}
                  description={<code>{scope}</code>}
                  checked={chosen.includes(scope)}
                  onChange={(event) => toggle([scope], event.currentTarget.checked)}
                />
              ))}
            </div>
          )
        })}
      </div>
    </fieldset>
  )
}
