/** Where the program writes: the answer to one stream, everything said about it to the other. */
export type Output = { out(text: string): void; err(text: string): void }

export type Credentials = { baseUrl: string; publicKey: string; secretKey: string }

export type Call = {
  method: string
  path: string
  /** JSON, or `@` and the name of a file that holds it. */
  body: string | undefined
  idempotencyKey: string | undefined
  json: boolean
}

/** The program was called in a way that it does not understand; the message says what is missing. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** @throws UsageError naming every variable that is missing */
export function readCredentials(env: Record<string, string | undefined>): Credentials {
  const publicKey = env['COUNTERSIGN_PUBLIC_KEY']
  const secretKey = env['COUNTERSIGN_SECRET_KEY']
  if (!publicKey || !secretKey)
    throw new UsageError(
      'Set COUNTERSIGN_PUBLIC_KEY and COUNTERSIGN_SECRET_KEY: the pair that the dashboard showed.',
    )
  return { baseUrl: env['COUNTERSIGN_URL'] || 'http://localhost:4747', publicKey, secretKey }
}
