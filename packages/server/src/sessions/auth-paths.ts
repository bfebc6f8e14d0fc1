import { z } from 'zod'

/** What the product uses of Better Auth. Everything else under `/auth` does not exist. */
export type AuthPath = {
  /** The only fields that are passed on, each with a limit; null: the call has no body. */
  body: z.ZodType<Record<string, unknown>> | null
  /** The only query parameters that are passed on, and what each must look like. */
  query?: Readonly<Record<string, RegExp>>
}

const TEXT_CHARACTERS_MAX = 100
const EMAIL_CHARACTERS_MAX = 254
// Longer than any password that is accepted, so that the exact rule answers with its own problem.
const PASSWORD_INPUT_CHARACTERS_MAX = 1000

// A name stands in mails and on the terminal: a line break or an escape sequence in it would write there.
const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(TEXT_CHARACTERS_MAX)
  .refine((text) => !/[\p{Control}\p{Surrogate}\u2028\u2029]/u.test(text), 'must not hold control characters')
export const emailInput = z
  .email('must be an e-mail address')
  .max(EMAIL_CHARACTERS_MAX)
  .transform((email) => email.toLowerCase())
const password = z.string().min(1, 'must not be empty').max(PASSWORD_INPUT_CHARACTERS_MAX)
const code = z.string().trim().min(6).max(32)
const trustDevice = z.boolean().optional()
// A page of our own, letter by letter: Better Auth resolves dot segments after its check, so that /..//host left us.
const OWN_PAGE = /^\/[a-z-]{1,50}$/
const LINK_TOKEN = /^[\w.~-]{1,2000}$/

export const invitationToken = z.string().min(1).max(200)

/** Name, address and password of a new person, and what they call their workspace. */
export const newPerson = z.object({
  name,
  email: emailInput,
  password,
  workspace_name: name.optional(),
})

export const AUTH_PATHS: Readonly<Record<string, AuthPath>> = {
  'POST /sign-up/email': {
    body: newPerson.extend({
      rememberMe: z.boolean().optional(),
      invitation_token: invitationToken.optional(),
    }),
  },
  'POST /sign-in/email': {
    body: z.object({ email: emailInput, password, rememberMe: z.boolean().optional() }),
  },
  'POST /sign-out': { body: z.object({}) },
  'GET /get-session': { body: null },
  'POST /send-verification-email': { body: z.object({ email: emailInput }) },
  'GET /verify-email': { body: null, query: { token: LINK_TOKEN, callbackURL: OWN_PAGE } },
  'POST /request-password-reset': { body: z.object({ email: emailInput }) },
  'POST /reset-password': { body: z.object({ token: z.string().min(1).max(200), newPassword: password }) },
  'POST /change-password': {
    body: z.object({
      currentPassword: password,
      newPassword: password,
      revokeOtherSessions: z.boolean().default(true),
    }),
  },
  'POST /update-user': { body: z.object({ name }) },
  'POST /two-factor/enable': { body: z.object({ password }) },
  'POST /two-factor/disable': { body: z.object({ password }) },
  'POST /two-factor/verify-totp': { body: z.object({ code, trustDevice }) },
  'POST /two-factor/verify-backup-code': { body: z.object({ code, trustDevice }) },
  'POST /two-factor/generate-backup-codes': { body: z.object({ password }) },
}
