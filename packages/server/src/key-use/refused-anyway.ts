import { PROBLEMS, type ProblemCode } from '../problems.ts'

/**
 * Problems that end a request before its key's limits mattered, or because of them. Such a request tells nothing of
 * what the key needs, and narrower limits would change nothing for it.
 */
const REFUSED_ANYWAY: ReadonlySet<string> = new Set([
  ...(Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => PROBLEMS[code].status === 401),
  'ip-not-allowed',
  'https-required',
  'scope-missing',
  'mode-mismatch',
  'member-required',
  'operator-required',
] satisfies ProblemCode[])

export const isRefusedAnyway = ({ code }: { code: string }): boolean => REFUSED_ANYWAY.has(code)
