import { Countersign, ProblemError } from '../../packages/sdk/src/index.ts'
import { signUpPerson, type Person } from './person.ts'
import { expectThat, until, type Report, type Saw } from './report.ts'

/** Of the platform's services those that the tour uses, and the management of webhooks. */
const SCOPES = [
  'accounts:read',
  'balances:read',
  'transactions:read',
  'transactions:write',
  'events:read',
  'transaction-logs:read',
  'webhook-endpoints:read',
  'webhook-endpoints:write',
  'webhook-logs:read',
  'webhook-logs:write',
]
const OVERLAP_SECONDS = 3600

export type Pair = { publicKey: string; secretKey: string }
type Key = Awaited<ReturnType<Person['createKey']>>

/** Sign-up and a key of one's own. */
export async function openAccount(report: Report, baseUrl: string): Promise<{ person: Person; key: Key }> {
  const person = await report.step('Sign up', async (saw) => {
    const made = await signUpPerson(baseUrl).catch((error: unknown) => {
      throw isSignUpClosed(error) ? new Error(HOW_TO_GO_ON, { cause: error }) : error
    })
    const me = await made.call<{ workspace: { name: string }; role: string }>('GET', '/v1/me')
    saw(`${made.name} <${made.email}> is ${me.role} of “${me.workspace.name}”.`)
    return made
  })
  const key = await report.step('Create an API key in Test Mode, for fiat', async (saw) => {
    const made = await person.createKey({ scopes: SCOPES })
    saw(`Public Key  ${made.public_key}`)
    saw(`Secret Key  ${made.secret_key.slice(0, 8)}… (shown this one time; the tour keeps it in memory)`)
    return made
  })
  return { person, key }
}

const HOW_TO_GO_ON =
  'This server does not let strangers sign up. Make a Test Mode key on its API Keys page and run the tour with it: ' +
  'COUNTERSIGN_PUBLIC_KEY=pk_test_… COUNTERSIGN_SECRET_KEY=sk_test_… npm run tour'

function isSignUpClosed(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'sign-up-closed'
}

/** Two requests that the server accepts. */
export async function callServices(report: Report, client: Countersign): Promise<void> {
  await report.step('Sign GET /v1/me with the key', async (saw) => {
    const me = await client.me()
    saw(`The server knows the key: ${me.mode} mode, ${me.currency_type}, workspace “${me.workspace.name}”.`)
    expectThat(
      me.mode === 'test',
      'This key is for Production Mode; the tour moves money, so it needs a test key.',
    )
  })
  await report.step('Sign GET /v1/currencies', async (saw) => {
    const { data } = await client.currencies.list()
    saw(
      `${data.length} currencies, such as ${['EUR', 'JPY', 'USD'].filter((code) => data.some((each) => each.code === code)).join(', ')}.`,
    )
    expectThat(data.length > 0, 'The list of currencies is empty.')
  })
}

/** What happens to a secret in its life: mixed up, rotated, revoked; and what the log says of it. */
export async function livesOfSecrets(
  report: Report,
  baseUrl: string,
  { person, key }: { person: Person; key: Key },
): Promise<Countersign> {
  const clientWith = (secretKey: string, publicKey = key.public_key) =>
    new Countersign({ baseUrl, publicKey, secretKey })
  const other = await person.createKey({ scopes: SCOPES })

  const refusedId = await report.step('Sign with the secret of another key, as a mix-up would', (saw) =>
    refusal(clientWith(other.secret_key), 'signature-invalid', saw),
  )
  await report.step('Read the Transaction Logs', (saw) => showLog(clientWith(key.secret_key), refusedId, saw))

  const rotated = await report.step('Rotate the key: for an hour both secrets sign', async (saw) => {
    const answer = await person.call<Key>('POST', `/v1/api-keys/${key.id}/rotate`, {
      overlap_seconds: OVERLAP_SECONDS,
    })
    for (const [name, secretKey, version] of [
      ['old', key.secret_key, 1],
      ['new', answer.secret_key, 2],
    ] as const) {
      const me = await clientWith(secretKey).me()
      saw(`The ${name} secret signs: version ${me.key.secret_version}.`)
      expectThat(me.key.secret_version === version, `Expected version ${version}.`)
    }
    return clientWith(answer.secret_key)
  })
  await report.step('Revoke the other key, and sign with it once more', async (saw) => {
    const client = clientWith(other.secret_key, other.public_key)
    await client.me()
    await person.call('DELETE', `/v1/api-keys/${other.id}`)
    await refusal(client, 'key-revoked', saw)
  })
  return rotated
}

/** Expects a refusal, shows what the server says about it, and returns its request id. */
async function refusal(client: Countersign, code: string, saw: Saw): Promise<string> {
  const error = await client.me().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error !== undefined && !(error instanceof ProblemError)) throw error
  expectThat(error, `The server accepted what it should refuse with ${code}.`)
  saw(`Refused: ${error.status} ${error.code}. ${error.detail}`)
  if (error.likely_cause) saw(`Likely cause: ${error.likely_cause}`)
  expectThat(error.code === code, `Expected the code ${code}.`)
  expectThat(error.request_id, 'The refusal names no request id.')
  return error.request_id
}

async function showLog(client: Countersign, refusedId: string, saw: Saw): Promise<void> {
  const rows = await until('the refused request to appear in the log', async () => {
    const { data } = await client.transactionLogs.list({ limit: 10 })
    return data.some(({ id }) => id === refusedId) ? data : undefined
  })
  for (const row of rows) {
    saw(`${row.method.padEnd(5)} ${row.path.padEnd(22)} ${row.status} ${row.code ?? ''}  ${row.id}`)
  }
}
