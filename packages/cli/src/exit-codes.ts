/** What a caller's script may rely on. */
export const EXIT = {
  /** Answered. */
  ok: 0,
  /** The server refused; its problem is on the error stream. */
  refused: 1,
  /** The command was called in a way that it does not understand, or has no credentials. */
  usage: 2,
  /** No answer arrived, or none that can be trusted. */
  unreachable: 3,
  /** A fault of the program itself. */
  fault: 70,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const

/** A person, or what they decided, said no; the message says what to do. */
export class RefusedError extends Error {
  override name = 'RefusedError'
}

/** The program was called in a way that it does not understand; the message says what is missing. */
export class UsageError extends Error {
  override name = 'UsageError'
}
