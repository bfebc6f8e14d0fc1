import { TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account } from '../api-types.ts'
import { metadataRows, readMetadata } from '../metadata.ts'
import { ACCOUNTS, editAccount } from '../money.ts'
import { FormDialog } from './form-dialog.tsx'
import { MetadataFields } from './metadata-fields.tsx'

/** What an account is called. Its currency and what it holds never change by hand. */
export function EditAccount({ account, onClose }: { account: Account; onClose: () => void }) {
  const queryClient = useQueryClient()
  const [name, setName] = useState(account.name ?? '')
  const [rows, setRows] = useState(() => metadataRows(account.metadata))
  const edit = useMutation({
    mutationFn: () => editAccount(account.id, { name: name.trim() || null, metadata: readMetadata(rows) }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [ACCOUNTS] })
      notifications.show({ message: 'The account is saved.' })
      onClose()
    },
  })
  return (
    <FormDialog title="Edit account" deed="Save" size="lg" action={edit} onClose={onClose}>
      <TextInput
        label="Name"
        description={account.is_main ? 'Empty: it is called the main account.' : undefined}
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <MetadataFields rows={rows} onChange={setRows} />
    </FormDialog>
  )
}
