import { readFileSync } from 'node:fs'
import { UsageError } from './credentials.ts'

/**
 * The body as it will be sent.
 * @throws UsageError when the file cannot be read or the text is not JSON
 */
export function readBody(body: string | undefined): string | undefined {
  if (body === undefined) return undefined
  let text = body
  if (body.startsWith('@')) {
    try {
      text = readFileSync(body.slice(1), 'utf8')
    } catch {
      throw new UsageError(`The file ${body.slice(1)} cannot be read.`)
    }
  }
  try {
    JSON.parse(text)
  } catch {
    throw new UsageError('--body must be JSON, or @ and the name of a file that holds JSON.')
  }
  return text
}
