/**
 * API Keys in a workspace that holds 100 000 of them: the list, each filter, the search, and the check that a create
 * makes, through the product's own queries, each within 50 ms at the 95th percentile. On embedded Postgres with the
 * product's settings. As many keys again lie in other workspaces.
 *
 *   npx tsx bench/keys-list.ts [keys=100000] [data folder]
 *
 * With a data folder the filled cluster stays there and the next run measures it again.
 */
import { randomInt } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase } from '../packages/server/src/database/create-database.ts'
import { openDatabase, type Database, type Executor } from '../packages/server/src/database/database.ts'
import { startEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { migrate } from '../packages/server/src/database/migrate.ts'
import { page } from '../packages/server/src/http/pagination.ts'
import { LIVE_KEYS_MAX } from '../packages/server/src/keys/create-key.ts'
import { hasLiveKeys, listKeys, touchKeys, type KeyFilter } from '../packages/server/src/keys/queries.ts'

const KEYS = Number(process.argv[2] ?? 100_000)
const SAMPLES = 100
const TARGET_MS = 50
const WORKSPACE = `wks_${'0'.repeat(26)}`
const NEIGHBOURS = 20
const NOW = new Date(Date.UTC(2026, 0, 31))

const kept = process.argv[3]
const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'countersign-bench-')))
const postgres = await startEmbeddedPostgres({ dataDir, durable: true })
const url = postgres.databaseUrl('bench')
await createDatabase(postgres.url, 'bench')
await migrate(url)
const database = openDatabase({ connectionString: url, statement_timeout: 0 }, { connectionsMax: 2 })
const lines: string[] = []
const plans: string[] = []
const say = (line: string) => {
  lines.push(line)
  process.stdout.write(`${line}\n`)
}

try {
  const { rows } = await database.pool.query<{ filled: boolean }>(
    'select exists (select from api_keys) as filled',
  )
  if (!rows[0]?.filled) await fill(database)
  say(`# API Keys at scale\n`)
  say(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, embedded PostgreSQL, ${new Date().toISOString().slice(0, 10)}.`,
  )
  say(
    `${KEYS.toLocaleString('en')} keys in one workspace and as many in ${NEIGHBOURS} others. Each row: ${SAMPLES} queries through the product's own functions, 20 keys a page. Target: p95 ≤ ${TARGET_MS} ms. Load average when the measuring began: ${(loadavg()[0] ?? 0).toFixed(1)}.\n`,
  )
  await measureAll(database)
  // A key that signs has its row written every few seconds, so pages are seldom known to be visible to all.
  await touchAll(database)
  say(`\nAfter every key was used once, and before any vacuum:\n`)
  await measureAll(database)
  await mkdir(new URL('results/', import.meta.url), { recursive: true })
  await writeFile(new URL('results/keys-list.md', import.meta.url), `${[...lines, ...plans].join('\n')}\n`)
} finally {
  await database.close()
  await postgres.stop()
  if (!kept) await rm(dataDir, { recursive: true, force: true })
}

/** One in 100 was deleted, one in 50 disabled, one in 20 expires: some in the past, some soon. */
async function fill({ pool }: Database): Promise<void> {
  await pool.query(
    `insert into workspaces (id, name, slug, created_at)
     select 'wks_' || lpad(n::text, 26, '0'), 'Workspace ' || n, 'workspace-' || n, $1 from generate_series(0, ${NEIGHBOURS}) n`,
    [NOW],
  )
  await pool.query('alter table api_keys disable trigger user')
  await pool.query(
    `insert into api_keys (id, workspace_id, public_key, name, mode, currency_type, algorithm, scopes,
       rate_limit_per_minute, enabled, expires_at, revoked_at, created_at, created_by_kind, created_by_id, created_by_name)
     select 'key_' || lpad(n::text, 26, '0'),
       'wks_' || lpad((case when n % 2 = 0 then 0 else 1 + n / 2 % ${NEIGHBOURS} end)::text, 26, '0'),
       'pk_test_' || substr(md5(n::text) || md5('x' || n), 1, 28),
       (array['Checkout', 'Payouts', 'Till', 'Reporting', 'Nightly run', 'Shop'])[n / 2 % 6 + 1] || ' ' ||
         (array['Frankfurt', 'Lisbon', 'Oslo', 'Wien', 'Zürich'])[n / 12 % 5 + 1] || ' ' || n / 2,
       case when n / 2 % 10 = 9 then 'production' else 'test' end,
       case when n / 2 % 3 = 0 then 'crypto' else 'fiat' end, 'hmac-sha256',
       array['transactions:read', 'transactions:write'], 600, n / 2 % 50 <> 7,
       case when n / 2 % 20 = 3 then $1::timestamptz + (n / 40 % 365 - 30) * interval '1 day' end,
       case when n / 2 % 100 = 11 then $1 end,
       $1::timestamptz - (${KEYS * 2} - n) * interval '1 minute', 'member', 'usr_bench', 'Ada Lovelace'
     from generate_series(0, ${KEYS * 2 - 1}) n`,
    [NOW],
  )
  await pool.query(
    `insert into api_key_secrets (api_key_id, version, sealed, created_at) select id, 1, 'sealed', created_at from api_keys`,
  )
  await pool.query('alter table api_keys enable trigger user')
  await pool.query('vacuum analyze api_keys')
  await pool.query('vacuum analyze api_key_secrets')
}

async function touchAll({ pool }: Database): Promise<void> {
  const { rows } = await pool.query<{ id: string }>('select id from api_keys')
  for (let from = 0; from < rows.length; from += 5000)
    await touchKeys(
      pool,
      rows.slice(from, from + 5000).map(({ id }) => ({ keyId: id, at: NOW, ip: '203.0.113.7' })),
    )
}

async function measureAll({ pool }: Database): Promise<void> {
  const { rows } = await pool.query<{ id: string; name: string; public_key: string }>(
    `select id, name, public_key from api_keys where workspace_id = $1 order by md5(id) limit 500`,
    [WORKSPACE],
  )
  const one = () => rows[randomInt(rows.length)]!
  const before = (id: string) => page([{ id }, { id }], 1, (row) => [row.id]).next_cursor!
  const live = ['active', 'expiring', 'expired', 'disabled'] as const
  const filters: [string, () => Partial<KeyFilter>][] = [
    ['all that were not deleted (the page as it opens)', () => ({ statuses: live })],
    ['none', () => ({})],
    ['none, a page in the middle', () => ({ cursor: before(one().id) })],
    ['mode test', () => ({ mode: 'test' })],
    ['mode production', () => ({ mode: 'production' })],
    ['currency type', () => ({ currencyType: 'crypto' })],
    ['mode and currency type', () => ({ mode: 'production', currencyType: 'crypto' })],
    [
      'mode and currency type that never meet',
      () => ({ mode: 'production', currencyType: 'crypto', statuses: ['disabled'] }),
    ],
    ['active', () => ({ statuses: ['active'] })],
    ['expiring', () => ({ statuses: ['expiring'] })],
    ['expired', () => ({ statuses: ['expired'] })],
    ['disabled', () => ({ statuses: ['disabled'] })],
    ['deleted', () => ({ statuses: ['revoked'] })],
    ['created within a day', () => ({ createdAfter: new Date(NOW.getTime() - 86_400_000) })],
    ['created before the oldest', () => ({ createdBefore: new Date(0) })],
    ['public key', () => ({ publicKey: one().public_key })],
    ['name contains, common', () => ({ nameContains: 'lisbon', statuses: live })],
    ['search: common word', () => ({ search: 'Checkout', statuses: live })],
    ['search: one name', () => ({ search: one().name, statuses: live })],
    ['search: end of one name', () => ({ search: one().name.slice(-5), statuses: live })],
    ['search: two letters', () => ({ search: 'üq', statuses: live })],
    ['search: nothing has it', () => ({ search: 'no such key', statuses: live })],
    ['search: beginning of a public key', () => ({ search: one().public_key.slice(0, 14), statuses: live })],
    ['search: whole public key', () => ({ search: one().public_key, statuses: live })],
    ['search: pk_test_', () => ({ search: 'pk_test_', statuses: live })],
    [
      'search: one name, mode, currency type',
      () => ({ search: one().name, mode: 'production', currencyType: 'fiat', statuses: live }),
    ],
  ]
  say('| question | p50 ms | p95 ms | max ms |\n| --- | --- | --- | --- |')
  const list = (executor: Executor, filter: Partial<KeyFilter>) =>
    listKeys(executor, { workspaceId: WORKSPACE, limit: 20, now: NOW, ...filter })
  for (const [name, filterOf] of filters) await report(name, (executor) => list(executor, filterOf()))
  await report('at create: is the workspace full?', (executor) =>
    hasLiveKeys(executor, { workspaceId: WORKSPACE, count: LIVE_KEYS_MAX }),
  )

  async function report(name: string, ask: (executor: Executor) => Promise<unknown>): Promise<void> {
    const times: number[] = []
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const started = performance.now()
      await ask(pool)
      times.push(performance.now() - started)
    }
    times.sort((a, b) => a - b)
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!
    const mark = at(0.95) > TARGET_MS ? ' (over)' : ''
    say(`| ${name} | ${at(0.5).toFixed(1)} | ${at(0.95).toFixed(1)}${mark} | ${times.at(-1)!.toFixed(1)} |`)
    if (mark !== '') plans.push(`\n## ${name}\n`, '```', ...(await planOf(ask)), '```')
  }

  /** What Postgres did for the statement that the question sends. */
  async function planOf(ask: (executor: Executor) => Promise<unknown>): Promise<string[]> {
    const plan: string[] = []
    const explaining = {
      query: async (text: string | { text: string; values: unknown[] }, values?: unknown[]) => {
        const sent = typeof text === 'string' ? { text, values } : text
        const { rows: steps } = await pool.query<{ 'QUERY PLAN': string }>(
          `explain (analyze, buffers, costs off) ${sent.text}`,
          sent.values,
        )
        plan.push(...steps.map((step) => step['QUERY PLAN']))
        return { rows: [], rowCount: 0 }
      },
    } as unknown as Executor
    await ask(explaining)
    return plan
  }
}
