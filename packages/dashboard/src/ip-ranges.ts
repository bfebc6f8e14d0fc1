import { ProblemError } from './api.ts'

/** The ranges of a field with one a line, as the API takes them. */
export function rangesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/**
 * What the API said about the ranges, with the line that each message is about.
 * The API counts ranges (`/ip_allowlist/1`), people count lines, empty ones too.
 */
export function messagesByLine(text: string, error: unknown): string[] {
  if (!(error instanceof ProblemError)) return []
  const lines = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [index + 1]))
  return (error.problem.errors ?? []).flatMap(({ pointer, message }) => {
    const [, field, index] = pointer.split('/')
    if (field !== 'ip_allowlist') return []
    const line = index === undefined ? undefined : lines[Number(index)]
    return [line === undefined ? message : `Line ${line}: ${message}`]
  })
}
