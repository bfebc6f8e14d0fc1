import { Button } from '@mantine/core'
import { PairRows, type PairRow } from './pair-rows.tsx'

export type HeaderRow = PairRow

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
  return (
    <fieldset className="plain stack-tight">
      <legend>Headers</legend>
      <p className="small quiet">Sent with every webhook, stored sealed, and never shown again.</p>
      <PairRows
        one="header"
        rows={rows}
        rowsMax={HEADERS_MAX}
        placeholder="x-api-key"
        onChange={onChange}
        empty={{ name: '', value: '' }}
      />
    </fieldset>
  )
}

const toRows = (names: readonly string[]): HeaderRow[] => names.map((name) => ({ name, value: '' }))
