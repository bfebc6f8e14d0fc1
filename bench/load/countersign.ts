import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { build } from '../../scripts/build.mjs'
import { openDatabase, type Database } from '../../packages/server/src/database/database.ts'
import { startEmbeddedPostgres } from '../../packages/server/src/database/embedded.ts'
import { createSealer, readMasterKeyFile } from '../../packages/server/src/encryption.ts'
import { newId } from '../../packages/server/src/ids.ts'
import { newPublicKey, newSecretKey } from '../../packages/server/src/keys/credentials.ts'
import { secretName } from '../../packages/server/src/keys/key-cache.ts'
import { DEFAULT_SCOPES } from '../../packages/server/src/keys/scopes.ts'
import { pinTree, startProgram, type Program } from './programs.ts'
import { signingKey, type SigningKey } from './signed-requests.ts'

export type Countersign = Program & {
  authority: string
  database: Database
  databaseUrl(name: string): string
  postgresPid: number
  /** Makes keys of Test Mode and fiat in a workspace of their own, as `POST /v1/api-keys` would, but in bulk. */
  makeKeys(count: number): Promise<SigningKey[]>
  /** Resident memory now, in MiB. */
  residentMiB(): number
}

const SERVER = 'packages/server/dist/main.js'
const KEYS_PER_STATEMENT = 5_000
// The most that a key may be given; a bench must not measure its limit.
const RATE_LIMIT_PER_MINUTE = 1_000_000

/**
 * The product as it ships, with everything switched on, on one core, and its Postgres on another.
 * @param cores null: both wherever the system puts them
 * @param script another build of the server, to compare with
 */
export async function startCountersign(
  dataDir: string,
  cores: { server: number; postgres: number } | null,
  script: string = SERVER,
): Promise<Countersign> {
  await build()
  const env = { HOME: dataDir, DATA_DIR: dataDir }
  const program = await startProgram(script, { core: cores?.server ?? null, env })
  // The server has started it: this takes hold of the one that runs.
  const postgres = await startEmbeddedPostgres({ dataDir })
  if (cores) pinTree(postgres.pid, cores.postgres)
  const database = openDatabase(postgres.databaseUrl('countersign'), { connectionsMax: 2 })
  const sealer = createSealer(readMasterKeyFile(join(dataDir, 'master.key'), { mayCreate: false }))

  async function insertKeys(workspaceId: string, count: number): Promise<SigningKey[]> {
    const now = new Date()
    const keys = Array.from({ length: count }, () => {
      const id = newId('key')
      const [publicKey, secretKey] = [newPublicKey('test'), newSecretKey('test')]
      const sealed = sealer.seal(Buffer.from(secretKey), secretName({ keyId: id, mode: 'test', version: 1 }))
      return { id, publicKey, secretKey, sealed }
    })
    await database.pool.query(
      `insert into api_keys (id, workspace_id, public_key, name, mode, currency_type, algorithm, scopes,
         rate_limit_per_minute, created_at, created_by_kind, created_by_id, created_by_name)
       select id, $1, public_key, 'bench', 'test', 'fiat', 'hmac-sha256', $2, $3, $4, 'member', 'usr_bench', 'Bench'
         from unnest($5::text[], $6::text[]) as t (id, public_key)`,
      [
        workspaceId,
        [...DEFAULT_SCOPES],
        RATE_LIMIT_PER_MINUTE,
        now,
        keys.map(({ id }) => id),
        keys.map(({ publicKey }) => publicKey),
      ],
    )
    await database.pool.query(
      `insert into api_key_secrets (api_key_id, version, sealed, created_at)
       select id, 1, sealed, $1 from unnest($2::text[], $3::text[]) as t (id, sealed)`,
      [now, keys.map(({ id }) => id), keys.map(({ sealed }) => sealed)],
    )
    return keys.map(signingKey)
  }

  return {
    ...program,
    authority: `localhost:${program.port}`,
    database,
    databaseUrl: postgres.databaseUrl,
    postgresPid: postgres.pid,
    async makeKeys(count) {
      const workspaceId = newId('wks')
      await database.pool.query(
        'insert into workspaces (id, name, slug, created_at) values ($1, $2, $1, now())',
        [workspaceId, 'Bench'],
      )
      const keys: SigningKey[] = []
      while (keys.length < count)
        keys.push(...(await insertKeys(workspaceId, Math.min(KEYS_PER_STATEMENT, count - keys.length))))
      return keys
    },
    residentMiB: () =>
      Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1]) / 1024,
    async stop() {
      await database.close()
      await program.stop()
    },
  }
}
