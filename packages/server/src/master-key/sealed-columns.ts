import { SEAL_CHECK_NAME } from '../database/seal-check.ts'
import { operatorSecretName, secretName } from '../keys/key-cache.ts'
import { authSecretName } from '../sessions/auth-secrets.ts'
import { mailSealName } from '../sessions/mail.ts'
import type { Mode } from '../sessions/principal.ts'
import { signingKeySealName } from '../signing-keys/make-pair.ts'
import type { Purpose } from '../signing-keys/schema.ts'
import { webhookHeadersName, webhookSecretName } from '../webhooks/endpoint-secrets.ts'

type Row = Record<string, string> & { mode: Mode }

/** A column that holds values of `Sealer.seal`, with what it takes to open them: all that re-sealing has to know. */
export type SealedColumn = {
  /** What an operator calls its values. */
  what: string
  table: string
  column: string
  /** The primary key in its order, with the types. */
  key: Readonly<Record<string, 'text' | 'integer' | 'smallint' | 'boolean'>>
  /** More of the row, as SQL over the alias `t`, by the name under which `nameOf` reads it. */
  also?: Readonly<Record<string, string>>
  /** What a value belongs to. The primary key and `also` arrive as texts. */
  nameOf(row: Row): string
}

/**
 * Every sealed column of the schema. A test compares the list with the database: a column whose name says that it is
 * sealed, or that holds a sealed value after every kind was made, must stand here.
 */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    what: 'seal check',
    table: 'seal_check',
    column: 'sealed',
    key: { only_row: 'boolean' },
    nameOf: () => SEAL_CHECK_NAME,
  },
  {
    what: 'session secrets',
    table: 'auth_secrets',
    column: 'sealed',
    key: { position: 'smallint' },
    also: { version: 't.version' },
    nameOf: (row) => authSecretName(row['version']!),
  },
  {
    what: 'API key secrets',
    table: 'api_key_secrets',
    column: 'sealed',
    key: { api_key_id: 'text', version: 'integer' },
    also: { mode: '(select k.mode from api_keys k where k.id = t.api_key_id)' },
    nameOf: (row) =>
      secretName({ keyId: row['api_key_id']!, mode: row.mode, version: Number(row['version']) }),
  },
  {
    what: 'operator key secrets',
    table: 'operator_key_secrets',
    column: 'sealed',
    key: { operator_key_id: 'text', version: 'integer' },
    nameOf: (row) => operatorSecretName({ keyId: row['operator_key_id']!, version: Number(row['version']) }),
  },
  {
    what: 'webhook secrets',
    table: 'webhook_endpoint_secrets',
    column: 'sealed',
    key: { endpoint_id: 'text', version: 'integer' },
    also: { mode: '(select e.mode from webhook_endpoints e where e.id = t.endpoint_id)' },
    nameOf: (row) =>
      webhookSecretName({ endpointId: row['endpoint_id']!, mode: row.mode }, Number(row['version'])),
  },
  {
    what: 'webhook headers',
    table: 'webhook_endpoints',
    column: 'sealed_headers',
    key: { id: 'text' },
    also: { mode: 't.mode' },
    nameOf: (row) => webhookHeadersName({ endpointId: row['id']!, mode: row.mode }),
  },
  {
    what: 'signing keys',
    table: 'signing_keys',
    column: 'sealed',
    key: { id: 'text' },
    also: { purpose: 't.purpose' },
    nameOf: (row) => signingKeySealName(row['id']!, row['purpose'] as Purpose),
  },
  {
    what: 'mails',
    table: 'outgoing_mail',
    column: 'sealed_body',
    key: { id: 'text' },
    nameOf: (row) => mailSealName(row['id']!),
  },
]
