import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { BlockList, type AddressInfo } from 'node:net'
import { systemClock, type Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { createTestDatabase } from '../database/test-database.ts'
import { createSealer } from '../encryption.ts'
import { newId } from '../ids.ts'
import { createLog } from '../log.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import { createSigningKeys, type SigningKeys } from '../signing-keys/signing-keys.ts'
import { startDeliverer, type Deliverer, type DelivererDeps } from './deliver.ts'
import { sealHeaders, sealSecret } from './endpoint-secrets.ts'
import { EVENT_TYPES } from './event-types.ts'
import { publishEvent } from './publish-event.ts'
import { insertEndpoint, insertSecret, type Payload, type Scope, type SignatureScheme } from './queries.ts'
import { listDeliveries, type DeliveryRow } from './log-queries.ts'
import { newWebhookSecret } from './sign.ts'
import { createTargetGuard } from './target-guard.ts'

export type Received = { headers: Record<string, string>; rawHeaders: string[]; body: string; at: number }
type Answer = number | ((request: IncomingMessage, response: ServerResponse, received: Received) => void)

/** A customer's server on a real port, which keeps what it gets. */
export async function listen(answer: Answer = 200) {
  const received: Received[] = []
  const listener = { answer, received, url: '', connections: 0, close: async () => {} }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const entry = {
        headers: request.headers as Record<string, string>,
        rawHeaders: request.rawHeaders,
        body,
        at: Date.now(),
      }
      received.push(entry)
      if (typeof listener.answer === 'function') listener.answer(request, response, entry)
      else response.writeHead(listener.answer).end('ok')
    })
  })
  server.on('connection', () => (listener.connections += 1))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  listener.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  listener.close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return listener
}
export type Listener = Awaited<ReturnType<typeof listen>>

export const loopbackGuard = createTargetGuard({ allowedNetworks: new BlockList(), loopbackInTestMode: true })

type Deliverable = Pick<DelivererDeps, 'sealer'> & {
  database: Pick<Database, 'pool'>
  signingKeys: Pick<SigningKeys, 'signer'>
}

/** A deliverer for the webhooks of a test's app, which reaches this machine; the test stops it. */
export function deliverFor(
  { database, sealer, signingKeys }: Deliverable,
  { retrySchedule, clock = systemClock }: Pick<DelivererDeps, 'retrySchedule'> & { clock?: Clock },
): Promise<Deliverer> {
  return startDeliverer({
    databaseUrl: database.pool.options.connectionString!,
    clock,
    sealer,
    log: createLog('silent'),
    guard: loopbackGuard,
    platformSigner: () => signingKeys.signer('webhooks'),
    retrySchedule,
  })
}

/** A workspace, its endpoints and the deliverer, on a database of their own. */
export async function createWebhookWorld() {
  const testDatabase = await createTestDatabase()
  const { database, url } = testDatabase
  const sealer = createSealer([randomBytes(32)])
  const signingKeys = createSigningKeys({ database, sealer, clock: systemClock })
  let workspaceId = newId('wks')
  const scope = (): Scope => ({ workspaceId, mode: 'test', currencyTypes: ['', 'fiat', 'crypto'] })
  const deliverers: Deliverer[] = []
  const listeners: Listener[] = []

  return {
    database,
    url,
    sealer,
    signingKeys,
    get workspaceId() {
      return workspaceId
    },
    get scope() {
      return scope()
    },
    async listen(answer?: Answer) {
      const listener = await listen(answer)
      listeners.push(listener)
      return listener
    },
    async endpoint(
      target: string,
      options: {
        eventTypes?: string[]
        enabled?: boolean
        currencyType?: CurrencyType | null
        mode?: Mode
        workspaceId?: string
        headers?: Record<string, string>
        signatureSchemes?: SignatureScheme[]
        payload?: Payload
        ordering?: 'none' | 'object'
      } = {},
    ) {
      const id = newId('ep')
      const mode = options.mode ?? 'test'
      const secret = newWebhookSecret()
      const now = new Date()
      await database.transaction(async (client) => {
        await insertEndpoint(
          client,
          {
            id,
            workspaceId: options.workspaceId ?? workspaceId,
            mode,
            url: target,
            description: null,
            eventTypes: options.eventTypes ?? ['*'],
            currencyType: options.currencyType ?? null,
            sealedHeaders: sealHeaders(sealer, { endpointId: id, mode }, options.headers ?? {}),
            signatureSchemes: options.signatureSchemes ?? ['v1'],
            payload: options.payload ?? 'full',
            ordering: options.ordering ?? 'none',
            enabled: options.enabled ?? true,
            now,
          },
          100,
        )
        const sealed = sealSecret(sealer, { endpointId: id, mode }, 1, secret)
        await insertSecret(client, { endpointId: id, version: 1, sealed, now, previousExpireAt: now })
      })
      return { id, secret }
    },
    publish(options: Partial<Parameters<typeof publishEvent>[1]> = {}) {
      const { type = 'transaction.created', mode = 'test', data } = options
      return publishEvent(database.pool, {
        workspaceId,
        mode,
        currencyType: 'fiat',
        type,
        objectId: newId('txn'),
        requestId: null,
        now: Date.now(),
        ...options,
        data: { ...EVENT_TYPES[type].example, mode, ...data },
      })
    },
    async deliver(options: Partial<DelivererDeps> = {}) {
      const deliverer = await startDeliverer({
        databaseUrl: url,
        clock: systemClock,
        sealer,
        log: createLog(process.env['TEST_LOG'] ?? 'silent'),
        guard: loopbackGuard,
        platformSigner: () => signingKeys.signer('webhooks'),
        retrySchedule: [0, 0.05, 0.05],
        ...options,
      })
      deliverers.push(deliverer)
      return deliverer
    },
    logs(filter: Partial<Parameters<typeof listDeliveries>[2]> = {}): Promise<DeliveryRow[]> {
      return listDeliveries(database.pool, scope(), { limit: 100, ...filter })
    },
    /** Ends what runs and leaves an empty queue and another workspace to the next test. */
    async reset() {
      await Promise.all(listeners.splice(0).map((listener) => listener.close()))
      await Promise.all(deliverers.splice(0).map((deliverer) => deliverer.stop()))
      await database.pool.query('truncate pending_deliveries')
      workspaceId = newId('wks')
    },
    async close() {
      await this.reset()
      await testDatabase.drop()
    },
  }
}
export type WebhookWorld = Awaited<ReturnType<typeof createWebhookWorld>>
