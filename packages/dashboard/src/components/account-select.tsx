import { Select } from '@mantine/core'
import type { Account } from '../api-types.ts'
import { accountName } from '../money-words.ts'

type AccountSelectProps = {
  label: string
  description?: string
  accounts: Account[]
  value: string
  onChange: (id: string) => void
  required?: boolean
}

/** One of the accounts of a currency, by name and what it can spend. */
export function AccountSelect({ accounts, value, onChange, ...rest }: AccountSelectProps) {
  const data = accounts.map((account) => ({
    value: account.id,
    label: `${accountName(account)} · ${account.available} ${account.currency}`,
  }))
  return (
    <Select
      data={data}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      clearable={!rest.required}
      {...rest}
    />
  )
}
