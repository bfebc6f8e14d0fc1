import { Button, FileInput, Select } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { BackLink } from '../components/back-link.tsx'
import { CurrencyField } from '../components/currency-field.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { StatementProposals } from '../components/statement-proposals.tsx'
import { FormError, PageHead } from '../components/states.tsx'
import { matchStatement } from '../operator.ts'
import { textOf } from '../statement.ts'

/** A bank statement as CSV: what each line may be, and one confirmation for what a person has chosen. */
export function OperatorStatementPage() {
  return (
    <OperatorOnly>
      <div className="stack">
        <BackLink to="/operator/settlements">Settlement queue</BackLink>
        <PageHead
          title="Import statement"
          lead="Proposes what each line of a bank statement is. Nothing is booked before you confirm it, and the file is not kept."
        />
        <Import />
      </div>
    </OperatorOnly>
  )
}

function Import() {
  const [file, setFile] = useState<File | null>(null)
  const [currency, setCurrency] = useState<string | null>(null)
  const [mark, setMark] = useState<'.' | ','>('.')
  const match = useMutation({
    mutationFn: async (chosen: File) =>
      matchStatement({
        csv: textOf(await chosen.arrayBuffer()),
        decimal_mark: mark,
        ...(currency === null ? {} : { currency }),
      }),
  })
  return (
    <>
      <form
        className="card card-pad stack read-width"
        onSubmit={(event) => {
          event.preventDefault()
          if (file) match.mutate(file)
        }}
      >
        <FileInput
          label="Statement (CSV)"
          description="The first line names the columns. Amount and reference are needed; date, currency, text and sender are read where they are. At most 1,000 lines."
          placeholder="Choose a file"
          accept=".csv,text/csv,text/plain"
          required
          value={file}
          onChange={setFile}
        />
        <div className="two-fields">
          <CurrencyField
            description="Counts where a line names none."
            placeholder="The file names it"
            value={currency}
            onChange={setCurrency}
            clearable
          />
          <Select
            label="Amounts are written like"
            description="With a point or a comma before the decimals."
            data={[
              { value: '.', label: '1234.56' },
              { value: ',', label: '1234,56' },
            ]}
            value={mark}
            onChange={(value) => setMark(value === ',' ? ',' : '.')}
          />
        </div>
        <FormError error={match.error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button type="submit" disabled={!file} loading={match.isPending}>
            Propose matches
          </Button>
        </div>
      </form>
      {match.data && (
        <StatementProposals
          // Another file begins anew.
          key={match.submittedAt}
          proposals={match.data}
          onChange={() => file && match.mutate(file)}
        />
      )}
    </>
  )
}
