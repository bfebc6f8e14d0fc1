import { readFileSync } from 'node:fs'
import { UsageError } from './exit-codes.ts'
import type { Io } from './io.ts'

/**
 * The body as it will be sent: the text itself, `@` and the name of a file, or `-` for standard input.
 * @throws UsageError when it cannot be read or is not JSON
 */
export async function readBody(io: Io, body: string | undefined): Promise<string | undefined> {
  if (body === undefined) return undefined
  const text = body === '-' || body === '@-' ? await io.readInput() : fromFile(body)
  try {
    JSON.parse(text)
  } catch {
    throw new UsageError(
      'The body must be JSON: --body JSON, --body @FILE, or --body - to read it from input.',
    )
  }
  return text
}

function fromFile(body: string): string {
  if (!body.startsWith('@')) return body
  try {
    return readFileSync(body.slice(1), 'utf8')
  } catch {
    throw new UsageError(`The file ${body.slice(1)} cannot be read.`)
  }
}
