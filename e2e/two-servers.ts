import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { join } from 'node:path'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { signRequest } from '../packages/sdk/src/index.ts'
import { freePort, launchServer, makeFolder, type LaunchedServer } from './harness.ts'
import { startRedis, type RunningRedis } from './redis.ts'

export type Answer = { status: number; headers: Record<string, unknown>; body: Record<string, unknown> }
export type Pair = { publicKey: string; secretKey: string }

export type TwoServers = {
  postgres: EmbeddedPostgres
  redis: RunningRedis
  /** The settings that servers of this database share. */
  env: Record<string, string>
  first: LaunchedServer
  second: LaunchedServer
  /** Headers of a request that any of the servers accepts, once. */
  sign(pair: Pair, path?: string): Promise<Record<string, string>>
  send(server: LaunchedServer, headers: Record<string, string>, path?: string): Promise<Answer>
}

/** Two API servers behind one public address, on one database and one Redis. */
export async function launchTwoServers(): Promise<TwoServers> {
  const postgres = await startEmbeddedPostgres({ dataDir: join(await makeFolder(), 'data') })
  const redis = await startRedis()
  const port = await freePort()
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    MASTER_KEY: randomBytes(32).toString('base64'),
    PUBLIC_URL: `http://localhost:${port}`,
    FAILURES_PER_MINUTE: '1000000',
  }
  const launch = async (more: Record<string, string>) =>
    launchServer({ dataDir: join(await makeFolder(), 'data'), env: { ...env, ...more } })
  const first = await launch({ PORT: String(port) })
  const second = await launch({})
  return {
    postgres,
    redis,
    env,
    first,
    second,
    sign: async (pair, path = '/v1/me') => ({
      ...(await signRequest({ method: 'GET', url: new URL(path, env.PUBLIC_URL), ...pair })),
    }),
    send: (server, headers, path = '/v1/me') => send(server, { ...headers, host: `localhost:${port}` }, path),
  }
}

function send(server: LaunchedServer, headers: Record<string, string>, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.once('error', reject)
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: JSON.parse(text) as Record<string, unknown>,
        }),
      )
    })
    sent.once('error', reject).end()
  })
}
