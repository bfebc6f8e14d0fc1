import { METADATA_ROWS_MAX, type MetadataRow } from '../metadata.ts'
import { PairRows } from './pair-rows.tsx'

type MetadataFieldsProps = { rows: readonly MetadataRow[]; onChange: (rows: MetadataRow[]) => void }

/** One's own facts about a thing, which the API keeps and filters by. */
export function MetadataFields({ rows, onChange }: MetadataFieldsProps) {
  return (
    <fieldset className="plain stack-tight">
      <legend>Metadata</legend>
      <p className="small quiet">Your own facts, by name. Lists can be filtered by them.</p>
      <PairRows
        one="fact"
        rows={rows}
        rowsMax={METADATA_ROWS_MAX}
        placeholder="order"
        onChange={onChange}
        empty={{ name: '', value: '' }}
      />
    </fieldset>
  )
}
