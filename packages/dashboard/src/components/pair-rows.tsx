import { Button, TextInput } from '@mantine/core'
import { Cross1Icon, PlusIcon } from '@radix-ui/react-icons'

export type PairRow = { name: string; value: string }

type PairRowsProps<Row extends PairRow> = {
  /** What one is, in the middle of a sentence: "header". */
  one: string
  rows: readonly Row[]
  rowsMax: number
  placeholder: string
  onChange: (rows: Row[]) => void
  /** What a new row is. */
  empty: Row
}

/** Names with values, one below the other. */
export function PairRows<Row extends PairRow>(props: PairRowsProps<Row>) {
  const { one, rows, rowsMax, placeholder, onChange, empty } = props
  const change = (at: number, part: Partial<PairRow>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...part } : row)))
  return (
    <>
      {rows.map((row, index) => (
        <div key={index} className="header-row">
          <TextInput
            aria-label={`Name of ${one} ${index + 1}`}
            placeholder={placeholder}
            value={row.name}
            onChange={(event) => change(index, { name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Value of ${one} ${index + 1}`}
            placeholder="Value"
            autoComplete="off"
            value={row.value}
            onChange={(event) => change(index, { value: event.currentTarget.value })}
          />
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove ${one} ${index + 1}`}
            onClick={() => onChange(rows.filter((_, other) => other !== index))}
          >
            <Cross1Icon />
          </button>
        </div>
      ))}
      {rows.length < rowsMax && (
        <Button
          variant="default"
          leftSection={<PlusIcon />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChange([...rows, empty])}
        >
          Add {/^[aeiou]/.test(one) ? 'an' : 'a'} {one}
        </Button>
      )}
    </>
  )
}
