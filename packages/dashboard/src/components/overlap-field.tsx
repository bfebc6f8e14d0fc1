import { Radio } from '@mantine/core'
import { OVERLAPS } from '../key-words.ts'

type OverlapFieldProps = { label: string; value: number; onChange: (seconds: number) => void }

/** How long an old secret goes on beside the new one. */
export function OverlapField({ label, value, onChange }: OverlapFieldProps) {
  return (
    <Radio.Group label={label} value={String(value)} onChange={(text) => onChange(Number(text))}>
      <div className="stack" style={{ marginTop: 10, gap: 10 }}>
        {OVERLAPS.map(({ seconds, name, explain }) => (
          <Radio key={seconds} value={String(seconds)} label={name} description={explain} />
        ))}
      </div>
    </Radio.Group>
  )
}
