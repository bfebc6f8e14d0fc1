import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Database, Executor } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'

/** A secret of Better Auth: the first of a list signs and encrypts, all verify and decrypt. */
export type AuthSecret = { version: number; value: string }

type Deps = { database: Database; clock: Clock; sealer: Sealer }

const SECRET_BYTES = 32

/**
 * The secrets that cookies are signed and second factors are encrypted with; makes the first one on a new database.
 * A database whose people signed in before there was this table keeps the secrets of then, which were derived from
 * the master keys, so that nobody is signed out.
 * @throws SealError
 */
export async function openAuthSecrets({ database, clock, sealer }: Deps): Promise<AuthSecret[]> {
  const rows = await database.transaction(async (client) => {
    // Two servers that start at once must end up with the same secret.
    await client.query('lock table auth_secrets in share row exclusive mode')
    const stored = await findAuthSecrets(client)
    if (stored.length > 0) return stored
    for (const [position, { version, value }] of (await firstSecrets(client, sealer)).entries())
      await client.query(
        'insert into auth_secrets (position, version, sealed, created_at) values ($1, $2, $3, $4)',
        [position, version, sealer.seal(Buffer.from(value), authSecretName(version)), new Date(clock.now())],
      )
    return findAuthSecrets(client)
  })
  return rows.map(({ version, sealed }) => ({
    version: Number(version),
    value: sealer.open(sealed, authSecretName(version)).toString(),
  }))
}

/** What a sealed secret belongs to. */
export function authSecretName(version: string | number): string {
  return `auth-secret/${version}`
}

async function firstSecrets(client: Executor, sealer: Sealer): Promise<AuthSecret[]> {
  const { rows } = await client.query<{ used: boolean }>('select exists (select from users) as used')
  if (!rows[0]!.used) return [{ version: 1, value: randomBytes(SECRET_BYTES).toString('base64url') }]
  return sealer.deriveAll('better-auth', SECRET_BYTES).map(({ masterKeyId, bytes }) => ({
    version: Number.parseInt(masterKeyId, 16),
    value: bytes.toString('base64url'),
  }))
}

async function findAuthSecrets(executor: Executor): Promise<{ version: string; sealed: string }[]> {
  const { rows } = await executor.query<{ version: string; sealed: string }>(
    'select version, sealed from auth_secrets order by position',
  )
  return rows
}
