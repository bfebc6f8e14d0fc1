import { randomBytes } from 'node:crypto'
import { problemFrom } from '../../packages/sdk/src/problem-error.ts'

type KeyInput = { mode?: 'test' | 'production'; currency_type?: 'fiat' | 'crypto'; scopes?: string[] }
type KeyPair = { id: string; name: string; public_key: string; secret_key: string }

/** Somebody with an account: calls the API through the second door, with the cookie of their session. */
export type Person = {
  name: string
  email: string
  password: string
  /** The session, as a Cookie header. */
  cookie: string
  /** @throws ProblemError for what the server refuses */
  call<Result>(method: string, path: string, body?: unknown): Promise<Result>
  /** An API key that never expires: Test Mode and fiat unless said otherwise. */
  createKey(input?: KeyInput): Promise<KeyPair>
}

/**
 * Opens a fresh account with its workspace. Nobody else has its address, so this works again and again.
 * @throws ProblemError, with the code `sign-up-closed` where strangers may not open accounts
 */
export async function signUpPerson(baseUrl: string, name = 'Ada Lovelace'): Promise<Person> {
  const account = {
    name,
    email: `ada.${randomBytes(5).toString('hex')}@example.com`,
    password: randomBytes(12).toString('base64url'),
  }
  const workspace_name = `${name.split(' ')[0]}’s workspace`
  const answer = await send({ baseUrl }, 'POST', '/auth/sign-up/email', { ...account, workspace_name })
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  return personWith(baseUrl, { ...account, cookie })
}

function personWith(
  baseUrl: string,
  account: { name: string; email: string; password: string; cookie: string },
): Person {
  const call = async <Result>(method: string, path: string, body?: unknown): Promise<Result> => {
    const answer = await send({ baseUrl, cookie: account.cookie }, method, path, body)
    const text = await answer.text()
    return (text === '' ? undefined : JSON.parse(text)) as Result
  }
  return {
    ...account,
    call,
    createKey: ({ mode = 'test', currency_type = 'fiat', ...rest } = {}) =>
      call<KeyPair>('POST', '/v1/api-keys', { mode, currency_type, expires_at: null, ...rest }),
  }
}

type Sender = { baseUrl: string; cookie?: string }

async function send(from: Sender, method: string, path: string, body: unknown): Promise<Response> {
  // A session may change something only when the request names the server's own pages as its origin.
  const headers: Record<string, string> = { Origin: new URL(from.baseUrl).origin }
  if (from.cookie) headers['Cookie'] = from.cookie
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const answer = await fetch(new URL(path, from.baseUrl), {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  if (!answer.ok) throw problemFrom(answer, await answer.text())
  return answer
}
