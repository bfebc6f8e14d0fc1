import type { ReactNode } from 'react'
import { COMMAND_KEY } from './command-host.tsx'
import { PLACES_BY_LETTER } from './places.tsx'

const keys = (first: string, second: string) => (
  <>
    <kbd>{first}</kbd> <kbd>{second}</kbd>
  </>
)

/** Every shortcut, by what it does. */
export function ShortcutSheet() {
  return (
    <>
      <dl className="shortcuts">
        <Shortcut does="Search, go to a page or an id, do something">{keys(COMMAND_KEY, 'K')}</Shortcut>
        <Shortcut does="Show these shortcuts">
          <kbd>?</kbd>
        </Shortcut>
        <Shortcut does="Search a log">
          <kbd>/</kbd>
        </Shortcut>
        <Shortcut does="In a log: next and previous row, while one is open">
          <kbd>j</kbd> <kbd>k</kbd>
        </Shortcut>
      </dl>
      <h3 className="shortcuts-head">Go to</h3>
      <dl className="shortcuts" data-columns>
        {[...PLACES_BY_LETTER].map(([letter, place]) => (
          <Shortcut key={letter} does={place.name}>
            {keys('g', letter)}
          </Shortcut>
        ))}
      </dl>
    </>
  )
}

function Shortcut({ does, children }: { does: string; children: ReactNode }) {
  return (
    <div>
      <dt>{does}</dt>
      <dd>{children}</dd>
    </div>
  )
}
