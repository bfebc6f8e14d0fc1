type QueryValue = string | number | boolean | null | undefined

/** What a single call may set. */
export type CallOptions = {
  /** For POSTs; a random one by default. Pass your own to repeat an operation safely after a crash. */
  idempotencyKey?: string
  signal?: AbortSignal
}

/** What a call without a method of its own may set. */
export type RequestOptions = CallOptions & {
  /**
   * Parameters that are null or undefined are left out; an array repeats its parameter; an object's members go as
   * `name[member]`.
   */
  query?: Record<string, QueryValue | readonly QueryValue[] | Readonly<Record<string, QueryValue>>>
  /** Sent as JSON. */
  body?: unknown
  headers?: HeadersInit
}
