import { Button } from '@mantine/core'
import { PlayIcon } from '@radix-ui/react-icons'
import type { TestCase } from '../api-types.ts'
import { Chip } from './chip.tsx'

type TestCaseTableProps = {
  cases: TestCase[]
  /** The reference of the case that is being created. */
  creating: string | undefined
  onRun: (one: TestCase) => void
}

/** The whole table of the simulator, each row with what to copy and a button that runs it. */
export function TestCaseTable({ cases, creating, onRun }: TestCaseTableProps) {
  return (
    <div className="table-frame">
      <table className="table dense cases">
        <thead>
          <tr>
            <th>What happens</th>
            <th>Amount</th>
            <th>Reference</th>
            <th>
              <span className="visually-hidden">Run</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {cases.map((one) => (
            <tr key={one.reference}>
              <td>
                <span className="lead">{one.description}</span>
              </td>
              <td data-label="Amount">
                <Chip value={one.amount} what="amount" />
              </td>
              <td data-label="Reference">
                <Chip value={one.reference} what="reference" />
              </td>
              <td>
                <Button
                  variant="default"
                  size="compact-sm"
                  leftSection={<PlayIcon />}
                  loading={creating === one.reference}
                  disabled={creating !== undefined}
                  aria-label={`Run ${one.name}`}
                  onClick={() => onRun(one)}
                >
                  Run
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
