import { pino, type Logger } from 'pino'

export type Log = Logger

/**
 * The server's own log: one JSON line per thing that happened, to standard error, so that standard output
 * stays for people. What may never be in it: secrets, bodies, cookies, links that sign someone in.
 * @param level pino's level; `silent` writes nothing
 */
export function createLog(level: string = 'info'): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: safeError },
      // A last line of defence: these names are dropped wherever somebody logs an object that holds them.
      redact: {
        paths: [
          'secret',
          'secret_key',
          'password',
          'token',
          'cookie',
          'authorization',
          'url',
          'body',
          '*.secret',
        ],
        remove: true,
      },
    },
    pino.destination({ fd: 2, sync: false }),
  )
}

/** An error without the values that drivers put into it (pg's `detail` quotes the row). */
function safeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { type: error.name, code, message: error.message, stack: error.stack }
}
