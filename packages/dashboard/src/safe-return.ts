/**
 * The path to return to after a sign-in, when it is one of this site; `//host` and `/\host` name other sites.
 * Control characters are refused too, because URL parsers drop tab and newline before they read the slashes.
 */
export function safeReturn(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\/(?![/\\])[\x20-\x7e]*$/.test(value)) return undefined
  return value
}
