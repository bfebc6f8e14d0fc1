/** Where the program reads and writes: the answer to one stream, everything said about it to the other. */
export type Io = {
  out(text: string): void
  err(text: string): void
  /** Somebody looks at `out`. */
  isTerminal: boolean
  /** Somebody can be asked, on the error stream. */
  isInteractive: boolean
  /** Everything on standard input. */
  readInput(): Promise<string>
  /** One line from the terminal; what is typed is not shown when `secret`. */
  ask(question: string, options: { secret: boolean }): Promise<string>
  /** Opens an address in the browser, where there is one. Never throws. */
  openBrowser(url: string): void
  /** Aborts when the program is to end. */
  signal: AbortSignal
}

const ESCAPES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const

/** Colours text for a terminal; leaves it alone where nobody looks, or where NO_COLOR asks for that. */
export function styleFor(io: Pick<Io, 'isTerminal'>, env: Readonly<Record<string, string | undefined>>) {
  const isColoured = io.isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return (name: keyof typeof ESCAPES, text: string): string =>
    isColoured ? `\u001b[${ESCAPES[name]}m${text}\u001b[0m` : text
}
export type Style = ReturnType<typeof styleFor>
