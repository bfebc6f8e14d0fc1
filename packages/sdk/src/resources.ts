import type { CallOptions, RequestOptions } from './call-options.ts'
import type {
  Account,
  Answer,
  ApiKey,
  ApiKeyWithSecret,
  Balance,
  Currency,
  Entry,
  Event,
  EventType,
  FeeRule,
  Input,
  KeyUsage,
  Page,
  Query,
  Statement,
  StatementRow,
  SummaryReport,
  TestCase,
  TestClock,
  TestReset,
  Transaction,
  TransactionLog,
  TransactionLogHistogram,
  TransactionLogRow,
  Usage,
  WebhookEndpoint,
  WebhookEndpointWithSecret,
  WebhookReplay,
  WebhookReplayCount,
  WebhookLog,
  WebhookLogRow,
} from './wire-types.ts'

/** What resources need of the client. */
type Requester = {
  request<Result>(method: string, path: string, options?: RequestOptions): Promise<Result>
  download(path: string, options?: RequestOptions): Promise<ReadableStream<Uint8Array>>
}

/** `/v1/currencies` */
export function currencies(client: Requester) {
  return {
    /** Every currency that the server knows, with its type and decimals. */
    list: (options?: CallOptions) => client.request<{ data: Currency[] }>('GET', '/v1/currencies', options),
  }
}

/** `/v1/fees` */
export function fees(client: Requester) {
  return {
    /** What transactions of the key's currency type cost; empty where nothing is charged. */
    list: (options?: CallOptions) => client.request<{ data: FeeRule[] }>('GET', '/v1/fees', options),
  }
}

/** `/v1/api-keys`: a key needs the scope `api-keys:read` or `api-keys:write`. */
export function apiKeys(client: Requester) {
  type ListQuery = Query<'/v1/api-keys', 'get'>
  const list = (query?: ListQuery, options?: CallOptions) =>
    client.request<Page<ApiKey>>('GET', '/v1/api-keys', { ...options, query })
  return {
    /** One page, newest first. */
    list,
    /** Every key, newest first; fetches page after page. */
    iterate: (query?: ListQuery, options?: CallOptions) => iterate(list, query, options),
    /**
     * Makes a key. The answer holds the secret this one time; where the answer to a first attempt was lost and the
     * call repeated itself, `secret_key` is null: rotate the key to get a new one.
     */
    create: (input: Input<'/v1/api-keys', 'post'>, options?: CallOptions) =>
      client.request<ApiKeyWithSecret>('POST', '/v1/api-keys', { ...options, body: input }),
    get: (id: string, options?: CallOptions) =>
      client.request<ApiKey>('GET', pathOf('api-keys', id), options),
    /** Changes what is named and leaves the rest. */
    update: (id: string, input: Input<'/v1/api-keys/{id}', 'patch'>, options?: CallOptions) =>
      client.request<ApiKey>('PATCH', pathOf('api-keys', id), { ...options, body: input }),
    /** Ends the key for good; its logs stay. */
    revoke: (id: string, options?: CallOptions) =>
      client.request<void>('DELETE', pathOf('api-keys', id), options),
    /** Makes a new secret; the old one verifies for `overlap_seconds` more. */
    rotate: (id: string, input: Input<'/v1/api-keys/{id}/rotate', 'post'>, options?: CallOptions) =>
      client.request<Answer<'/v1/api-keys/{id}/rotate', 'post'>>('POST', `${pathOf('api-keys', id)}/rotate`, {
        ...options,
        body: input,
      }),
  }
}

/** `/v1/transaction-logs`: every request made with the workspace's keys. */
export function transactionLogs(client: Requester) {
  type ListQuery = Query<'/v1/transaction-logs', 'get'>
  const list = (query?: ListQuery, options?: CallOptions) =>
    client.request<Page<TransactionLogRow>>('GET', '/v1/transaction-logs', { ...options, query })
  return {
    /** One page, newest first. */
    list,
    /** Every request that fits, newest first; fetches page after page. */
    iterate: (query?: ListQuery, options?: CallOptions) => iterate(list, query, options),
    /** One request with what was sent and answered; the id is its request id. */
    get: (id: string, options?: CallOptions) =>
      client.request<TransactionLog>('GET', pathOf('transaction-logs', id), options),
    /** How many requests fit, over time, by class of status. */
    histogram: (query?: Query<'/v1/transaction-logs/histogram', 'get'>, options?: CallOptions) =>
      client.request<TransactionLogHistogram>('GET', '/v1/transaction-logs/histogram', { ...options, query }),
  }
}

/** `/v1/transactions`: moves money. */
export function transactions(client: Requester) {
  type ListQuery = Query<'/v1/transactions', 'get'>
  const list = (query?: ListQuery, options?: CallOptions) =>
    client.request<Page<Transaction>>('GET', '/v1/transactions', { ...options, query })
  return {
    /**
     * Creates a deposit, payout or transfer. Pass an `idempotencyKey` of your own, such as the number of the order:
     * the same call with it, even from another process, answers the same transaction and moves money once.
     */
    create: (input: Input<'/v1/transactions', 'post'>, options?: CallOptions) =>
      client.request<Transaction>('POST', '/v1/transactions', { ...options, body: input }),
    /** One page, newest first. */
    list,
    /** Every transaction that fits, newest first; fetches page after page. */
    iterate: (query?: ListQuery, options?: CallOptions) => iterate(list, query, options),
    get: (id: string, options?: CallOptions) =>
      client.request<Transaction>('GET', pathOf('transactions', id), options),
    /** Edits description and metadata; what is left out stays, metadata that is given replaces all of it. */
    update: (id: string, input: Input<'/v1/transactions/{id}', 'patch'>, options?: CallOptions) =>
      client.request<Transaction>('PATCH', pathOf('transactions', id), { ...options, body: input }),
    /** Ends a transaction that has not completed yet. */
    cancel: (id: string, options?: CallOptions) =>
      client.request<Transaction>('POST', `${pathOf('transactions', id)}/cancel`, { ...options, body: {} }),
    /** Gives a completed deposit back, all that is left of it or `amount`; answers the linked transaction. */
    refund: (id: string, input: Input<'/v1/transactions/{id}/refund', 'post'> = {}, options?: CallOptions) =>
      client.request<Transaction>('POST', `${pathOf('transactions', id)}/refund`, {
        ...options,
        body: input,
      }),
    /** Every transaction that fits, all as they are at this moment, from one streamed file. */
    export: (query?: Query<'/v1/transactions/export', 'get'>, options?: CallOptions) =>
      rowsOf<Transaction>(client, '/v1/transactions/export', query, options),
  }
}

/** `/v1/test`: what exists in Test Mode only. A key needs the scope `test:write` for all but reading. */
export function test(client: Requester) {
  const act = <Result>(id: string, verb: string, body: unknown, options?: CallOptions) =>
    client.request<Result>('POST', `${pathOf('test/transactions', id)}/${verb}`, { ...options, body })
  const setClock = (body: Input<'/v1/test/clock', 'post'>, options?: CallOptions) =>
    client.request<Answer<'/v1/test/clock', 'post'>>('POST', '/v1/test/clock', { ...options, body })
  return {
    /** Every amount and reference that makes the simulator do something on purpose. */
    cases: (options?: CallOptions) => client.request<{ data: TestCase[] }>('GET', '/v1/test/cases', options),
    /** Completes a transaction now. */
    settle: (id: string, options?: CallOptions) => act<Transaction>(id, 'settle', {}, options),
    fail: (
      id: string,
      input: Partial<Input<'/v1/test/transactions/{id}/fail', 'post'>> = {},
      options?: CallOptions,
    ) => act<Transaction>(id, 'fail', input, options),
    /** Lets a completed transaction come back; answers with the new, linked one. */
    return: (
      id: string,
      input: Partial<Input<'/v1/test/transactions/{id}/return', 'post'>> = {},
      options?: CallOptions,
    ) => act<Transaction>(id, 'return', input, options),
    clock: (options?: CallOptions) => client.request<TestClock>('GET', '/v1/test/clock', options),
    /** Sets the clock forward; what is due by it has happened when this answers. */
    advanceClock: (seconds: number, options?: CallOptions) => setClock({ advance_seconds: seconds }, options),
    /** Stops the clock at a time ahead of it; null lets it run again. */
    freezeClock: (at: string | null, options?: CallOptions) => setClock({ frozen_at: at }, options),
    /** Sets the clock back to the server's. */
    resetClock: (options?: CallOptions) =>
      client.request<Answer<'/v1/test/clock', 'delete'>>('DELETE', '/v1/test/clock', options),
    /** Deletes the test data of the workspace; `getReset` tells how far one is that answers `running`. */
    reset: (options?: CallOptions) =>
      client.request<TestReset>('POST', '/v1/test/reset', { ...options, body: {} }),
    getReset: (options?: CallOptions) => client.request<TestReset>('GET', '/v1/test/reset', options),
  }
}

/** `/v1/accounts`: each holds one currency. */
export function accounts(client: Requester) {
  type ListQuery = Query<'/v1/accounts', 'get'>
  type EntryQuery = Query<'/v1/accounts/{id}/entries', 'get'>
  const list = (query?: ListQuery, options?: CallOptions) =>
    client.request<Page<Account>>('GET', '/v1/accounts', { ...options, query })
  const entries = (id: string, query?: EntryQuery, options?: CallOptions) =>
    client.request<Page<Entry>>('GET', `${pathOf('accounts', id)}/entries`, { ...options, query })
  return {
    /** One page, newest first. */
    list,
    /** Every account that fits, newest first; fetches page after page. */
    iterate: (query?: ListQuery, options?: CallOptions) => iterate(list, query, options),
    /** One more account in a currency; the main one needs no call, it is made on first use. */
    create: (input: Input<'/v1/accounts', 'post'>, options?: CallOptions) =>
      client.request<Account>('POST', '/v1/accounts', { ...options, body: input }),
    get: (id: string, options?: CallOptions) =>
      client.request<Account>('GET', pathOf('accounts', id), options),
    /** Edits name and metadata; what is left out stays, metadata that is given replaces all of it. */
    update: (id: string, input: Input<'/v1/accounts/{id}', 'patch'>, options?: CallOptions) =>
      client.request<Account>('PATCH', pathOf('accounts', id), { ...options, body: input }),
    /** One page of what changed the account, newest first. */
    entries,
    /** Every entry that fits, newest first; fetches page after page. */
    iterateEntries: (id: string, query?: EntryQuery, options?: CallOptions) =>
      iterate(
        (each: EntryQuery | undefined, callOptions?: CallOptions) => entries(id, each, callOptions),
        query,
        options,
      ),
    /** Every entry that fits, all of one moment, from one streamed file. */
    exportEntries: (
      id: string,
      query?: Query<'/v1/accounts/{id}/entries/export', 'get'>,
      options?: CallOptions,
    ) => rowsOf<Entry>(client, `${pathOf('accounts', id)}/entries/export`, query, options),
    /** The balance before a range of time, a page of what was posted in it, and the balance after it. */
    statement: (id: string, query?: Query<'/v1/accounts/{id}/statement', 'get'>, options?: CallOptions) =>
      client.request<Statement>('GET', `${pathOf('accounts', id)}/statement`, { ...options, query }),
    /** The same as one streamed file: a row `opening`, every line, a row `closing`. */
    exportStatement: (
      id: string,
      query?: Query<'/v1/accounts/{id}/statement/export', 'get'>,
      options?: CallOptions,
    ) => rowsOf<StatementRow>(client, `${pathOf('accounts', id)}/statement/export`, query, options),
  }
}

/** `/v1/reports` */
export function reports(client: Requester) {
  return {
    /** Counts and sums of transactions in a time zone, by what `group_by` names. */
    summary: (query?: Query<'/v1/reports/summary', 'get'>, options?: CallOptions) =>
      client.request<SummaryReport>('GET', '/v1/reports/summary', { ...options, query }),
  }
}

/** `/v1/usage` */
export function usage(client: Requester) {
  return {
    /** Requests and webhook attempts over time, of everything, one key or one endpoint. */
    read: (query?: Query<'/v1/usage', 'get'>, options?: CallOptions) =>
      client.request<Usage>('GET', '/v1/usage', { ...options, query }),
    /** Requests of each of some keys over time. `api_key_id` holds their ids, apart by commas. */
    readKeys: (query: Query<'/v1/usage/api-keys', 'get'>, options?: CallOptions) =>
      client.request<KeyUsage>('GET', '/v1/usage/api-keys', { ...options, query }),
  }
}

/** `/v1/balances` */
export function balances(client: Requester) {
  return {
    /** The sum of all accounts, one row per currency that has one. */
    list: (query?: Query<'/v1/balances', 'get'>, options?: CallOptions) =>
      client.request<{ data: Balance[] }>('GET', '/v1/balances', { ...options, query }),
  }
}

/** `/v1/events`: what happened, whether or not a webhook told of it. */
export function events(client: Requester) {
  type ListQuery = Query<'/v1/events', 'get'>
  const list = (query?: ListQuery, options?: CallOptions) =>
    client.request<Page<Event>>('GET', '/v1/events', { ...options, query })
  return {
    /** One page, newest first. */
    list,
    /** Every event that fits, newest first; fetches page after page. */
    iterate: (query?: ListQuery, options?: CallOptions) => iterate(list, query, options),
    get: (id: string, options?: CallOptions) => client.request<Event>('GET', pathOf('events', id), options),
  }
}

/** `/v1/event-types` */
export function eventTypes(client: Requester) {
  return {
    /** Every type of event, with the JSON Schema and an example of its webhook. */
    list: (options?: CallOptions) => client.request<{ data: EventType[] }>('GET', '/v1/event-types', options),
  }
}

/** `/v1/webhook-endpoints`: a key needs the scope `webhook-endpoints:read` or `webhook-endpoints:write`. */
export function webhookEndpoints(client: Requester) {
  type ListQuery = Query<'/v1/webhook-endpoints', 'get'>
  const list = (query?: ListQuery, options?: CallOptions) =>
    client.request<Page<WebhookEndpoint>>('GET', '/v1/webhook-endpoints', { ...options, query })
  const act = <Result>(id: string, verb: string, body: object, options?: CallOptions) =>
    client.request<Result>('POST', `${pathOf('webhook-endpoints', id)}/${verb}`, { ...options, body })
  return {
    /** One page, newest first. */
    list,
    /** Every endpoint, newest first; fetches page after page. */
    iterate: (query?: ListQuery, options?: CallOptions) => iterate(list, query, options),
    /**
     * Tells the server where to send events. The answer holds the secret that signs them this one time; it is null
     * where the call repeated itself because the first answer was lost: rotate the secret to get a new one.
     */
    create: (input: Input<'/v1/webhook-endpoints', 'post'>, options?: CallOptions) =>
      client.request<WebhookEndpointWithSecret>('POST', '/v1/webhook-endpoints', { ...options, body: input }),
    get: (id: string, options?: CallOptions) =>
      client.request<WebhookEndpoint>('GET', pathOf('webhook-endpoints', id), options),
    /** Changes what is named and leaves the rest. */
    update: (id: string, input: Input<'/v1/webhook-endpoints/{id}', 'patch'>, options?: CallOptions) =>
      client.request<WebhookEndpoint>('PATCH', pathOf('webhook-endpoints', id), { ...options, body: input }),
    delete: (id: string, options?: CallOptions) =>
      client.request<void>('DELETE', pathOf('webhook-endpoints', id), options),
    /** Makes a new secret; until the old one's time is up, webhooks carry a signature of each. */
    rotateSecret: (
      id: string,
      input: Input<'/v1/webhook-endpoints/{id}/rotate-secret', 'post'> = {},
      options?: CallOptions,
    ) => act<WebhookEndpointWithSecret>(id, 'rotate-secret', input, options),
    /** Sends an example event to this endpoint alone; Webhook Logs show what came of it. */
    ping: (id: string, input: Input<'/v1/webhook-endpoints/{id}/ping', 'post'> = {}, options?: CallOptions) =>
      act<Answer<'/v1/webhook-endpoints/{id}/ping', 'post'>>(id, 'ping', input, options),
    /** Sends everything again that failed since a time; with `dry_run` it only counts. */
    recover: (
      id: string,
      input: Input<'/v1/webhook-endpoints/{id}/recover', 'post'>,
      options?: CallOptions,
    ) => act<Answer<'/v1/webhook-endpoints/{id}/recover', 'post'>>(id, 'recover', input, options),
    /** Success rate, latency, backlog, lag and breaker, of the last 24 hours. */
    health: (id: string, options?: CallOptions) =>
      client.request<Answer<'/v1/webhook-endpoints/{id}/health', 'get'>>(
        'GET',
        `${pathOf('webhook-endpoints', id)}/health`,
        options,
      ),
    /** Counts what a replay of this range would send, and sends nothing. */
    countReplay: (
      id: string,
      input: Input<'/v1/webhook-endpoints/{id}/replays', 'post'>,
      options?: CallOptions,
    ) => act<WebhookReplayCount>(id, 'replays', { ...input, dry_run: true }, options),
    /** Begins to send a range of finished deliveries again, so many a second; ask `getReplay` how far it is. */
    replay: (id: string, input: Input<'/v1/webhook-endpoints/{id}/replays', 'post'>, options?: CallOptions) =>
      act<WebhookReplay>(id, 'replays', { ...input, dry_run: false }, options),
    getReplay: (replayId: string, options?: CallOptions) =>
      client.request<WebhookReplay>('GET', pathOf('webhook-replays', replayId), options),
    /** What is queued already still goes out. */
    cancelReplay: (replayId: string, options?: CallOptions) =>
      client.request<WebhookReplay>('POST', `${pathOf('webhook-replays', replayId)}/cancel`, {
        ...options,
        body: {},
      }),
  }
}

/** `/v1/webhook-logs`: what became of every event for every endpoint. */
export function webhookLogs(client: Requester) {
  type ListQuery = Query<'/v1/webhook-logs', 'get'>
  const list = (query?: ListQuery, options?: CallOptions) =>
    client.request<Page<WebhookLogRow>>('GET', '/v1/webhook-logs', { ...options, query })
  return {
    /** One page, newest first. */
    list,
    /** Every delivery that fits, newest first; fetches page after page. */
    iterate: (query?: ListQuery, options?: CallOptions) => iterate(list, query, options),
    /** One delivery with every attempt. */
    get: (id: string, options?: CallOptions) =>
      client.request<WebhookLog>('GET', pathOf('webhook-logs', id), options),
    /** Sends it once more, under the same event id. Needs the scope `webhook-logs:write`. */
    resend: (id: string, options?: CallOptions) =>
      client.request<WebhookLogRow>('POST', `${pathOf('webhook-logs', id)}/resend`, { ...options, body: {} }),
  }
}

async function* iterate<Row, ListQuery>(
  list: (query: ListQuery, options?: CallOptions) => Promise<Page<Row>>,
  query: ListQuery,
  options: CallOptions | undefined,
): AsyncGenerator<Row, void, undefined> {
  let cursor: string | null = null
  do {
    const page: Page<Row> = await list(cursor === null ? query : { ...query, cursor }, options)
    yield* page.data
    // A cursor that leads to itself would never end.
    if (page.next_cursor !== null && page.next_cursor === cursor)
      throw new Error('The list repeats a cursor.')
    cursor = page.next_cursor
  } while (cursor !== null)
}

/** The rows of a file of NDJSON, as they arrive. Leaving the loop ends the download. */
async function* rowsOf<Row>(
  client: Requester,
  path: string,
  query: object | undefined,
  options: CallOptions | undefined,
): AsyncGenerator<Row, void, undefined> {
  const file = await client.download(path, { ...options, query: { ...query, format: 'ndjson' } })
  const reader = file.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n')
      rest = done ? '' : (lines.pop() ?? '')
      for (const line of lines) if (line !== '') yield JSON.parse(line) as Row
      if (done) return
    }
  } finally {
    await reader.cancel()
  }
}

/** @throws TypeError for an id that is none, before it could name another path */
function pathOf(resource: string, id: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new TypeError(`"${id}" is not an id.`)
  return `/v1/${resource}/${id}`
}
