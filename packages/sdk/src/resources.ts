import type { CallOptions, RequestOptions } from './call-options.ts'
import type {
  Answer,
  ApiKey,
  ApiKeyWithSecret,
  Currency,
  Input,
  Page,
  Query,
  TransactionLog,
  TransactionLogRow,
} from './wire-types.ts'

/** The one thing that resources need of the client. */
type Requester = {
  request<Result>(method: string, path: string, options?: RequestOptions): Promise<Result>
}

/** `/v1/currencies` */
export function currencies(client: Requester) {
  return {
    /** Every currency that the server knows, with its type and decimals. */
    list: (options?: CallOptions) => client.request<{ data: Currency[] }>('GET', '/v1/currencies', options),
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

/** @throws TypeError for an id that is none, before it could name another path */
function pathOf(resource: string, id: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new TypeError(`"${id}" is not an id.`)
  return `/v1/${resource}/${id}`
}
