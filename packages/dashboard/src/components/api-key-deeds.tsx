import type { Scope } from '../api-types.ts'
import type { KeyDeeds } from '../key-deeds.ts'
import { deleteApiKey, editApiKey, rotateApiKey } from '../keys.ts'
import { KEY_SCOPES } from '../scope-words.ts'
import { WhatBreaks } from './what-breaks.tsx'

/** What can be done to a workspace's keys. */
export const API_KEY_DEEDS: KeyDeeds<Scope> = {
  queryKey: 'api-keys',
  scopes: KEY_SCOPES,
  edit: editApiKey,
  rotate: rotateApiKey,
  remove: deleteApiKey,
  leaves: 'Its Transaction Logs stay readable.',
  WhatBreaks,
}
