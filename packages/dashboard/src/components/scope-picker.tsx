import '../styles/keys.css'
import { Checkbox } from '@mantine/core'
import type { ScopeCatalogue } from '../scope-words.ts'

type ScopePickerProps<Scope extends string> = {
  catalogue: ScopeCatalogue<Scope>
  chosen: readonly Scope[]
  onChange: (scopes: Scope[]) => void
}

/** Every scope with what it allows, group by group. */
export function ScopePicker<Scope extends string>({ catalogue, chosen, onChange }: ScopePickerProps<Scope>) {
  const toggle = (scopes: readonly Scope[], on: boolean) =>
    onChange([...chosen.filter((scope) => !scopes.includes(scope)), ...(on ? scopes : [])])
  return (
    <fieldset className="plain">
      <legend>Scopes</legend>
      <div className="card scopes">
        {catalogue.groups.map(({ name, explain, scopes }) => {
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
                  label={catalogue.words[scope]}
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
