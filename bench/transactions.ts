/**
 * DESIGN §10: signed `POST /v1/transactions` end to end, durable, on 2 cores with Postgres on them; one hot account
 * against many.
 *
 *   npx tsx bench/transactions.ts --rounds 5 --seconds 3 --save
 *
 * wrk sends deposits over 64 connections that stay open, each with a signature, a nonce, an Idempotency-Key and a
 * Content-Digest of its own. Server, Postgres and wrk share the cores. Every answer is checked to be a 2xx, and after
 * the last round every answered transaction is looked for in the database and the ledger is reconciled.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { newId } from '../packages/server/src/ids.ts'
import { insertAccount } from '../packages/server/src/ledger/queries.ts'
import { reconcile } from '../packages/server/src/ledger/reconcile.ts'
import { machine, median, report, withFolder } from './harness.ts'
import { ratio, requestFiles, shootRounds, shotTable, verdict } from './load/compare.ts'
import { startCountersign, type Countersign } from './load/countersign.ts'
import { rawRequest, writeRequests, type SigningKey } from './load/signed-requests.ts'
import { sendAll } from './load/send-all.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    save: { type: 'boolean', default: false },
  },
})
const ROUNDS = Number(values.rounds)
const SECONDS = Number(values.seconds)
const ACCOUNTS = 1_000
/** More than the server makes durable in a second on any machine that this ran on. */
const RATE_MAX = 5_000
const WARM_REQUESTS = 3_000
const CONNECTIONS = 64

await withFolder(async (folder) => {
  const countersign = await startCountersign(`${folder}/data`, null)
  try {
    const [key] = (await countersign.makeKeys(1)) as [SigningKey]
    const accounts = await makeAccounts(countersign)
    const { authority } = countersign
    const deposit = (among: readonly string[]) => ({
      key,
      request: depositRequest(among[Math.floor(Math.random() * among.length)] as string),
    })
    const warm = Array.from({ length: WARM_REQUESTS }, () =>
      rawRequest(key, deposit(accounts).request, authority),
    )
    await sendAll(countersign.port, warm, CONNECTIONS)

    const file = requestFiles(folder)
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [name, among] of [
        ['many', accounts],
        ['hot', accounts.slice(0, 1)],
      ] as const)
        await writeRequests(file(`${name}-${round}`), { authority, count: RATE_MAX * SECONDS }, () =>
          deposit(among),
        )

    const shots = await shootRounds(
      {
        '1 000 accounts': { program: countersign, file: (round) => file(`many-${round}`) },
        'one hot account': { program: countersign, file: (round) => file(`hot-${round}`) },
      },
      { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS, core: null },
    )
    const rate = median((shots['1 000 accounts'] ?? []).map((shot) => shot.rate))
    const answered = Object.values(shots)
      .flat()
      .reduce((sum, shot) => sum + shot.requests, WARM_REQUESTS)
    const paragraphs = [
      '# transactions',
      `\`npx tsx bench/transactions.ts --rounds ${ROUNDS} --seconds ${SECONDS}\`, ${machine()}. Server, Postgres and wrk share the cores.`,
      shotTable(shots, ['1 000 accounts']),
      [
        verdict('signed POST /v1/transactions a second', rate, 1_200),
        verdict('one hot account ÷ many', ratio(shots, 'one hot account', '1 000 accounts'), 0.8),
        await assertKept(countersign, answered),
      ]
        .map((line) => `- ${line}`)
        .join('\n'),
    ]
    if (values.save) await report('transactions', paragraphs)
    else console.log(paragraphs.join('\n\n'))
  } finally {
    await countersign.stop()
  }
})

function depositRequest(accountId: string) {
  return {
    method: 'POST',
    path: '/v1/transactions',
    headers: { 'Idempotency-Key': randomBytes(16).toString('hex') },
    body: JSON.stringify({
      type: 'deposit',
      amount: '10.50',
      currency: 'USD',
      account_id: accountId,
      reference: 'order-1001',
      metadata: { cart: 'A-1' },
    }),
  }
}

/** Accounts of the workspace to which the one key belongs. */
async function makeAccounts({ database }: Countersign): Promise<string[]> {
  const { rows } = await database.pool.query<{ workspace_id: string }>(
    'select workspace_id from api_keys limit 1',
  )
  const [{ workspace_id: workspaceId }] = rows as [{ workspace_id: string }]
  const ids = Array.from({ length: ACCOUNTS }, () => newId('acc'))
  for (const id of ids)
    await insertAccount(
      database.pool,
      {
        id,
        workspaceId,
        mode: 'test',
        currencyType: 'fiat',
        currency: 'USD',
        decimals: 2,
        name: null,
        metadata: {},
        createdAt: new Date(),
      },
      ACCOUNTS * 2,
    )
  return ids
}

/** @throws when an answered transaction is not there, has no row in the Transaction Logs, or the ledger does not add up */
async function assertKept({ database }: Countersign, answered: number): Promise<string> {
  const count = async (table: string) =>
    Number((await database.pool.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]?.n)
  const [made, logged] = [await count('transactions'), await count('transaction_logs')]
  const { consistent, entries } = await reconcile(database.pool)
  if (made < answered || logged < answered)
    throw new Error(`${answered} answered, ${made} made, ${logged} logged`)
  if (!consistent) throw new Error('the ledger does not add up')
  return `${answered} answered, ${made} made, ${logged} logged; ${entries} entries reconciled without a discrepancy`
}
