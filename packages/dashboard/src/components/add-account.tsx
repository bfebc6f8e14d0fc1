import { TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { createAccount } from '../money.ts'
import { CurrencyField } from './currency-field.tsx'
import { FormDialog } from './form-dialog.tsx'

/** One more account in a currency, beside the main one that the first transaction makes. */
export function AddAccount({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient()
  const [currency, setCurrency] = useState('USD')
  const [name, setName] = useState('')
  const add = useMutation({
    mutationFn: () => createAccount({ currency, name: name.trim() || null }),
    onSuccess: async () => {
      await queryClient.invalidateQueries()
      notifications.show({ message: 'Account added.' })
      onClose()
    },
  })
  return (
    <FormDialog title="Add account" deed="Add account" action={add} onClose={onClose}>
      <p className="second">
        It holds one currency, which never changes. Transfers move money to and from it.
      </p>
      <CurrencyField value={currency} onChange={(code) => code && setCurrency(code)} />
      <TextInput
        label="Name"
        placeholder="Reserve"
        required
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
