// node:http with Better Auth's API keys on Postgres: looks the key up, checks it, counts its use. No signature, no
// nonce, no log. Runs in a folder of its own, see `rivals.ts`.
import { createServer } from 'node:http'
import { apiKey } from '@better-auth/api-key'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import pg from 'pg'

const answer = JSON.parse(process.env.ANSWER)
const headers = answer.headers.flat()
const options = {
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 }),
  secret: 'a secret for the bench, long enough to be taken',
  baseURL: 'http://localhost',
  emailAndPassword: { enabled: true },
  logger: { level: 'error' },
  // Its own limit would refuse after ten requests; ours is as far away.
  plugins: [apiKey({ rateLimit: { enabled: true, timeWindow: 60_000, maxRequests: 1_000_000 } })],
}
const auth = betterAuth(options)
await (await getMigrations(options)).runMigrations()
const { user } = await auth.api.signUpEmail({
  body: { name: 'Bench', email: 'bench@example.com', password: 'a long enough password' },
})
const { key } = await auth.api.createApiKey({ body: { userId: user.id } })

createServer((request, response) => {
  if (request.url === '/readyz') return void response.end()
  // The requests are those of the other servers; the key stands for the header in which its user would send it.
  auth.api.verifyApiKey({ body: { key } }).then(
    ({ valid }) =>
      valid ? response.writeHead(answer.status, headers).end(answer.body) : response.writeHead(401).end(),
    () => response.writeHead(500).end(),
  )
}).listen(Number(process.env.PORT), '127.0.0.1')
