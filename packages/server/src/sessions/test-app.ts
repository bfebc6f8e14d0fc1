import { randomBytes } from 'node:crypto'
import { BlockList } from 'node:net'
import { buildApp } from '../app.ts'
import { readConfig, type Config } from '../config.ts'
import { createTestDatabase } from '../database/test-database.ts'
import { createSealer } from '../encryption.ts'
import type { App } from '../http/app-type.ts'
import { createLog } from '../log.ts'
import { createServices } from '../services.ts'
import { createActivation, type ActivationFacts } from '../workspaces/activation.ts'
import { mailSealName } from './mail.ts'

export const TEST_ORIGIN = 'http://localhost:4747'

/** The whole application on a database of its own, and browsers to use it with. */
export async function createPeopleApp(
  options: { config?: Partial<Config>; facts?: ActivationFacts; validateResponses?: boolean } = {},
) {
  const testDatabase = await createTestDatabase()
  const { database, url: databaseUrl } = testDatabase
  const clock = clockThatRuns()
  const config = { ...readConfig({}), trustProxy: new BlockList(), ...options.config }
  const sealer = createSealer([randomBytes(32)])
  const printed: string[] = []
  const printToTerminal = (text: string) => void printed.push(text)
  const foundation = {
    config,
    database,
    databaseUrl,
    clock,
    sealer,
    log: createLog('silent'),
    printToTerminal,
  }
  const services = await createServices(foundation)
  const activation = createActivation(options.facts)
  const app = await buildApp({
    ...services,
    activation,
    dashboardDir: null,
    validateResponses: options.validateResponses ?? true,
  })
  await app.ready()

  return {
    ...foundation,
    activation,
    app,
    printed,
    browser: (address?: string) => new Browser(app, address),
    /** The newest mail to an address, with the link in it. */
    async latestMail(to: string): Promise<{ subject: string; text: string; link: string }> {
      const { rows } = await database.pool.query(
        'select id, subject, sealed_body from outgoing_mail where recipient = $1 order by id desc limit 1',
        [to],
      )
      const text = sealer.open(rows[0].sealed_body, mailSealName(rows[0].id)).toString()
      return { subject: rows[0].subject, text, link: /https?:\/\/\S+/.exec(text)?.[0] ?? '' }
    },
    async close() {
      await app.close()
      await services.close()
      await testDatabase.drop()
    },
  }
}
export type PeopleApp = Awaited<ReturnType<typeof createPeopleApp>>

/** Runs with the machine's clock, on which Better Auth's sessions live, and can be set ahead of it. */
function clockThatRuns() {
  let aheadMs = 0
  return {
    now: () => Date.now() + aheadMs,
    advance: (ms: number) => void (aheadMs += ms),
  }
}

type Answer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Parsed JSON. A test reads whatever it expects to be there. */
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
  text: string
}
type SendOptions = { headers?: Record<string, string>; origin?: string | null }

let addresses = 0
/** Everybody comes from an address of their own, or the throttle would take them for one. */
const nextAddress = () => `198.51.${Math.floor(++addresses / 250)}.${1 + (addresses % 250)}`

/** One person's browser: keeps cookies and says which page a change comes from. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly app: App
  readonly address: string
  constructor(app: App, address = nextAddress()) {
    this.app = app
    this.address = address
  }

  async send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    options: SendOptions = {},
  ) {
    const origin = options.origin === undefined ? TEST_ORIGIN : options.origin
    const response = await this.app.inject({
      method,
      url,
      remoteAddress: this.address,
      headers: {
        host: 'localhost:4747',
        ...(method !== 'GET' && origin !== null ? { origin } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.cookies.size > 0
          ? { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
          : {}),
        ...options.headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    for (const cookie of [response.headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = cookie.split(';')
      const name = pair.slice(0, pair.indexOf('='))
      const value = pair.slice(name.length + 1)
      if (value === '' || /max-age=0/i.test(cookie)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const text = response.body
    const isJson = /json/.test(String(response.headers['content-type'])) && text !== ''
    const answer: Answer = {
      status: response.statusCode,
      headers: response.headers as Answer['headers'],
      body: isJson && !/ndjson/.test(String(response.headers['content-type'])) ? JSON.parse(text) : null,
      text,
    }
    return answer
  }

  get = (url: string, options?: SendOptions) => this.send('GET', url, undefined, options)
  post = (url: string, body: unknown = {}, options?: SendOptions) => this.send('POST', url, body, options)
  patch = (url: string, body: unknown, options?: SendOptions) => this.send('PATCH', url, body, options)
  delete = (url: string, options?: SendOptions) => this.send('DELETE', url, undefined, options)

  /** Signs up a new person; answers their address and password. */
  async signUp(fields: { name?: string; email?: string; workspace_name?: string } = {}) {
    const person = {
      name: 'Ada Lovelace',
      email: `${randomBytes(6).toString('hex')}@example.com`,
      password: 'correct horse battery',
      ...fields,
    }
    const answer = await this.post('/auth/sign-up/email', person)
    return { ...person, answer }
  }
}
