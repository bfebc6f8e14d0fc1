import { TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { readMetadata, type MetadataRow } from '../metadata.ts'
import { createAccount } from '../money.ts'
import { CurrencyField } from './currency-field.tsx'
import { Disclosure } from './disclosure.tsx'
import { FormDialog } from './form-dialog.tsx'
import { MetadataFields } from './metadata-fields.tsx'

/** One more account in a currency, beside the main one that the first transaction makes. */
export function AddAccount({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient()
  const [currency, setCurrency] = useState('USD')
  const [name, setName] = useState('')
  const [rows, setRows] = useState<MetadataRow[]>([])
  const [isOpen, setOpen] = useState(false)
  const add = useMutation({
    mutationFn: () => createAccount({ currency, name: name.trim() || null, metadata: readMetadata(rows) }),
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
      <Disclosure title="More" hint="Metadata" open={isOpen} onToggle={setOpen}>
        <MetadataFields rows={rows} onChange={setRows} />
      </Disclosure>
    </FormDialog>
  )
}
