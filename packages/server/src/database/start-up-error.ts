/** A fault that stops the start and that its reader can mend: printed as one line, never with a stack. */
export class StartUpError extends Error {
  override name = 'StartUpError'
}
