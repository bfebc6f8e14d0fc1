export type HeaderField = { name: string; value: string }

/** A request as it was sent, as far as a paste tells. */
export type PastedRequest = {
  method: string
  /** Path and query, in the very characters that were sent. */
  target: string
  headers: HeaderField[]
  /** Undefined where the paste does not hold it. */
  body: string | undefined
}

/** What was pasted cannot be read as a request; the message says why and what to paste instead. */
export class UnreadablePaste extends Error {
  override name = 'UnreadablePaste'
}
