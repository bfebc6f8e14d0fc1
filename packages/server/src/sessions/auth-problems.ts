import { problem, type Problem, type ProblemCode } from '../problems.ts'

type Answer = { code: ProblemCode; detail?: string }

/** Better Auth's error codes in our own words. What is missing here falls back on its status. */
const PROBLEM_OF_CODE: Readonly<Record<string, Answer>> = {
  INVALID_EMAIL_OR_PASSWORD: { code: 'sign-in-failed' },
  USER_ALREADY_EXISTS: { code: 'email-taken' },
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: { code: 'email-taken' },
  // Two sign-ups at once, most likely; Better Auth does not say.
  FAILED_TO_CREATE_USER: {
    code: 'conflict',
    detail: 'The account could not be made. If you have one already, sign in.',
  },
  PASSWORD_TOO_SHORT: { code: 'password-too-short' },
  PASSWORD_TOO_LONG: { code: 'password-too-long' },
  INVALID_PASSWORD: { code: 'password-incorrect' },
  INVALID_TOKEN: { code: 'link-invalid' },
  TOKEN_EXPIRED: { code: 'link-invalid' },
  USER_NOT_FOUND: { code: 'link-invalid' },
  EMAIL_ALREADY_VERIFIED: { code: 'conflict', detail: 'The e-mail address is verified already.' },
  EMAIL_MISMATCH: { code: 'conflict', detail: 'You are signed in with another e-mail address.' },
  INVALID_CODE: { code: 'two-factor-code-invalid' },
  INVALID_BACKUP_CODE: { code: 'two-factor-code-invalid' },
  INVALID_TWO_FACTOR_COOKIE: { code: 'two-factor-expired' },
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: { code: 'two-factor-expired' },
  ACCOUNT_TEMPORARILY_LOCKED: {
    code: 'rate-limited',
    detail: 'Too many wrong codes: codes for this account are refused for 15 minutes.',
  },
  TOTP_ALREADY_ENABLED: { code: 'conflict', detail: 'The account has a second factor already.' },
  TOTP_NOT_ENABLED: { code: 'conflict', detail: 'The account has no second factor.' },
  TWO_FACTOR_NOT_ENABLED: { code: 'conflict', detail: 'The account has no second factor.' },
  BACKUP_CODES_NOT_ENABLED: { code: 'conflict', detail: 'The account has no backup codes.' },
  UNAUTHORIZED: { code: 'session-required' },
  INVALID_ORIGIN: { code: 'origin-not-allowed' },
  MISSING_OR_NULL_ORIGIN: { code: 'origin-not-allowed' },
  INVALID_CALLBACK_URL: { code: 'origin-not-allowed' },
}

const PROBLEM_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid-input',
  401: 'session-required',
  403: 'origin-not-allowed',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  422: 'invalid-input',
  429: 'rate-limited',
}
const LOCK_SECONDS = '900'

/** The problem that says what Better Auth's refusal says. */
export function authProblem(answer: {
  status: number
  code: string | undefined
  retryAfter: string | null
}): Problem {
  const known = answer.code === undefined ? undefined : PROBLEM_OF_CODE[answer.code]
  const code = known?.code ?? PROBLEM_OF_STATUS[answer.status] ?? 'internal-error'
  return problem(code, {
    detail: known?.detail,
    internal: `auth answered ${answer.status} ${answer.code ?? ''}`,
    ...(code === 'rate-limited' ? { headers: { 'Retry-After': answer.retryAfter ?? LOCK_SECONDS } } : {}),
  })
}
