import { Select, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { SettlementFailure } from '../operator.ts'
import { testCasesQuery } from '../test-mode.ts'

type FailureCodeProps = { value: string; onChange: (code: string) => void; autoFocus?: boolean }

/** What the customer's program decides by: the same codes in both modes. */
export function FailureCode({ value, onChange, autoFocus }: FailureCodeProps) {
  const cases = useQuery(testCasesQuery).data?.data ?? []
  return (
    <Select
      label="Failure code"
      data={[...new Set([value, ...cases.flatMap(({ failure_code: code }) => code ?? [])])]}
      value={value}
      onChange={(code) => code && onChange(code)}
      allowDeselect={false}
      {...(autoFocus && { 'data-autofocus': true })}
    />
  )
}

type FailureFieldsProps = {
  failure: SettlementFailure
  onChange: (failure: SettlementFailure) => void
  /** Who reads the reason: "The customer reads it." */
  readBy?: string
  autoFocus?: boolean
}

/** Why no money moved or why it came back. */
export function FailureFields(props: FailureFieldsProps) {
  const { failure, onChange, readBy = 'The customer reads it.', autoFocus } = props
  return (
    <>
      <Textarea
        label="Reason"
        description={readBy}
        required
        maxLength={200}
        autosize
        minRows={2}
        {...(autoFocus && { 'data-autofocus': true })}
        value={failure.reason}
        onChange={(event) => onChange({ ...failure, reason: event.currentTarget.value })}
      />
      <FailureCode value={failure.code} onChange={(code) => onChange({ ...failure, code })} />
    </>
  )
}
