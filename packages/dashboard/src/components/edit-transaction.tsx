import { TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Transaction } from '../api-types.ts'
import { metadataRows, readMetadata } from '../metadata.ts'
import { editTransaction, TRANSACTIONS } from '../money.ts'
import { FormDialog } from './form-dialog.tsx'
import { MetadataFields } from './metadata-fields.tsx'

/** What a transaction says. Its amount, its accounts and what became of it never change by hand. */
export function EditTransaction({ transaction, onClose }: { transaction: Transaction; onClose: () => void }) {
  const queryClient = useQueryClient()
  const [description, setDescription] = useState(transaction.description ?? '')
  const [rows, setRows] = useState(() => metadataRows(transaction.metadata))
  const edit = useMutation({
    mutationFn: () =>
      editTransaction(transaction.id, {
        description: description.trim() || null,
        metadata: readMetadata(rows),
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [TRANSACTIONS] })
      notifications.show({ message: 'The transaction is saved.' })
      onClose()
    },
  })
  return (
    <FormDialog title="Edit transaction" deed="Save" size="lg" action={edit} onClose={onClose}>
      <p className="second">
        Amount, accounts and status stay as they are. The audit log keeps what stood here before.
      </p>
      <TextInput
        label="Description"
        maxLength={500}
        data-autofocus
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <MetadataFields rows={rows} onChange={setRows} />
    </FormDialog>
  )
}
