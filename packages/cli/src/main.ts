import { parseArgs } from 'node:util'
import { ConnectionError, KeyFormatError, ProblemError } from '../../sdk/src/index.ts'
import { request } from './commands/request.ts'
import { sign } from './commands/sign.ts'
import { readCredentials, UsageError, type Output } from './credentials.ts'

/** What a caller's script may rely on. */
export const EXIT = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const

const USAGE = `countersign: sign requests to a Countersign server

  countersign request METHOD PATH [--body JSON | --body @FILE] [--idempotency-key KEY]
      sends a signed request and prints the answer
  countersign sign METHOD PATH [--body JSON | --body @FILE] [--idempotency-key KEY]
      prints a curl command with the signature; nothing is sent

Options: --json prints one JSON object; --help; --version

Environment: COUNTERSIGN_PUBLIC_KEY, COUNTERSIGN_SECRET_KEY, COUNTERSIGN_URL (http://localhost:4747)
Exit codes: 0 answered, 1 refused by the server, 2 wrong use, 3 no answer
`
const VERSION = '0.1.0'

/**
 * Runs one command.
 * @param args what stands behind the program's name
 * @returns the exit code
 */
export async function main(
  args: readonly string[],
  env: Record<string, string | undefined>,
  output: Output,
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        body: { type: 'string' },
        'idempotency-key': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', default: false },
      },
    })
    if (values.version) return print(output, `${VERSION}\n`)
    const [command, method, path, ...rest] = positionals
    if (values.help || command === undefined) return print(output, USAGE)
    if (command !== 'request' && command !== 'sign') throw new UsageError(`There is no command "${command}".`)
    if (!method || !path || rest.length > 0) throw new UsageError(`${command} takes a method and a path.`)
    const call = {
      method: method.toUpperCase(),
      path,
      body: values.body,
      idempotencyKey: values['idempotency-key'],
      json: values.json,
    }
    await (command === 'request' ? request : sign)(readCredentials(env), call, output)
    return EXIT.ok
  } catch (error) {
    return explain(error, output)
  }
}

function print(output: Output, text: string): number {
  output.out(text)
  return EXIT.ok
}

function explain(error: unknown, output: Output): number {
  if (error instanceof ProblemError) {
    output.err(`${JSON.stringify(error.members, null, 2)}\n`)
    return EXIT.refused
  }
  if (error instanceof ConnectionError) {
    output.err(`${error.message}\n`)
    return EXIT.unreachable
  }
  const isUse =
    error instanceof UsageError ||
    error instanceof KeyFormatError ||
    error instanceof TypeError ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  if (!isUse) throw error
  output.err(`${(error as Error).message}\nSee countersign --help.\n`)
  return EXIT.usage
}
