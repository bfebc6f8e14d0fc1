import { queryOptions } from '@tanstack/react-query'
import { call } from './api.ts'
import type { NewOperatorKey, OperatorKey, OperatorKeyWithSecret, OperatorScope } from './api-types.ts'
import type { KeyDeeds } from './key-deeds.ts'
import { PLATFORM_SCOPES } from './scope-words.ts'

// The platform's own keys, for the platform's own services. They belong to no workspace and no mode.
export const OPERATOR_KEYS = '/v1/operator/keys'

export const operatorKeyQuery = (id: string) =>
  queryOptions({
    queryKey: [OPERATOR_KEYS, 'one', id],
    queryFn: ({ signal }) =>
      call<OperatorKey>('GET', `${OPERATOR_KEYS}/${encodeURIComponent(id)}`, { signal }),
  })

export const createOperatorKey = (body: NewOperatorKey) =>
  call<OperatorKeyWithSecret>('POST', OPERATOR_KEYS, { body })

/** What can be done to the platform's keys. */
export const OPERATOR_KEY_DEEDS: KeyDeeds<OperatorScope> = {
  queryKey: OPERATOR_KEYS,
  scopes: PLATFORM_SCOPES,
  edit: (id, body) => call<OperatorKey>('PATCH', `${OPERATOR_KEYS}/${id}`, { body }),
  rotate: (id, { overlapSeconds, ed25519PublicKey }) =>
    call<OperatorKeyWithSecret>('POST', `${OPERATOR_KEYS}/${id}/rotate`, {
      body: { overlap_seconds: overlapSeconds, ed25519_public_key: ed25519PublicKey },
    }),
  remove: (id) => call<unknown>('DELETE', `${OPERATOR_KEYS}/${id}`),
  leaves: 'The requests that it verified stay in the Transaction Logs of their workspaces.',
}
