import { Button, TextInput } from '@mantine/core'
import { Cross1Icon, PlusIcon } from '@radix-ui/react-icons'

export type HeaderRow = { name: string; value: string }

const HEADERS_MAX = 10

/** The rows as the API takes them; rows without a name do not count. */
export function readHeaders(rows: readonly HeaderRow[]): Record<string, string> {
  return Object.fromEntries(
    rows.filter(({ name }) => name.trim() !== '').map(({ name, value }) => [name.trim(), value.trim()]),
  )
}

type HeaderFieldsProps = {
  /** Undefined while the stored headers stay as they are; their values are never shown. */
  rows: HeaderRow[] | undefined
  names: readonly string[]
  onChange: (rows: HeaderRow[]) => void
}

/** Headers of one's own that go out with every webhook, such as a token of a gateway. */
export function HeaderFields({ rows, names, onChange }: HeaderFieldsProps) {
  if (!rows) {
    return (
      <fieldset className="plain stack-tight">
        <legend>Headers</legend>
        <p className="small quiet">
          {names.length === 0
            ? 'None. '
            : `${names.join(', ')}: the values are stored sealed and not shown. Setting headers replaces all of them. `}
        </p>
        <Button
          variant="default"
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChange(names.length === 0 ? [{ name: '', value: '' }] : toRows(names))}
        >
          {names.length === 0 ? 'Add a header' : 'Replace headers'}
        </Button>
      </fieldset>
    )
  }
  const change = (at: number, part: Partial<HeaderRow>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...part } : row)))
  return (
    <fieldset className="plain stack-tight">
      <legend>Headers</legend>
      <p className="small quiet">Sent with every webhook, stored sealed, and never shown again.</p>
      {rows.map((row, index) => (
        <div key={index} className="header-row">
          <TextInput
            aria-label={`Name of header ${index + 1}`}
            placeholder="x-api-key"
            value={row.name}
            onChange={(event) => change(index, { name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Value of header ${index + 1}`}
            placeholder="Value"
            autoComplete="off"
            value={row.value}
            onChange={(event) => change(index, { value: event.currentTarget.value })}
          />
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove header ${index + 1}`}
            onClick={() => onChange(rows.filter((_, other) => other !== index))}
          >
            <Cross1Icon />
          </button>
        </div>
      ))}
      {rows.length < HEADERS_MAX && (
        <Button
          variant="default"
          leftSection={<PlusIcon />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChange([...rows, { name: '', value: '' }])}
        >
          Add a header
        </Button>
      )}
    </fieldset>
  )
}

const toRows = (names: readonly string[]): HeaderRow[] => names.map((name) => ({ name, value: '' }))
