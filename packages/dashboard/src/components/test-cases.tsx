import { useQuery } from '@tanstack/react-query'
import { testCasesQuery } from '../test-mode.ts'
import { Chip } from './chip.tsx'
import { Loaded } from './loaded.tsx'

/** What the simulator does on purpose, with what asks for it. */
export function TestCases() {
  const values = useQuery(testCasesQuery)
  return (
    <section className="card card-pad stack">
      <div>
        <h2>Test cases</h2>
        <p className="second">
          One of these amounts (whole units of any currency) or references makes the simulator do something
          else than complete.
        </p>
      </div>
      <Loaded query={values} what="The test cases">
        {(data) => (
          <ul className="magic">
            {data.data.map(({ amount, reference, description }) => (
              <li key={reference}>
                <span>{description}</span>
                <span className="row">
                  <Chip value={amount} what="amount" />
                  <Chip value={reference} what="reference" />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  )
}
