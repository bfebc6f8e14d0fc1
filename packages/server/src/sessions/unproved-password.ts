import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import { removePassword, sessionIsOf } from './queries.ts'
import { passwordRemovedMail, sendMail, type MailDeps } from './mail.ts'

const SESSION_COOKIE = /(?:^|;\s*)(?:__Secure-)?countersign\.session_token=([^;]+)/

/**
 * Anybody may open an account under an operator's address and wait until its owner opens the link that verifies it:
 * the account would then run the platform, with a stranger's password. So whoever opens the link without being
 * signed in to that account, and has thereby shown the mailbox but not the password, ends its sessions and its
 * password; the next one is chosen through a mail to the address.
 */
export async function dropUnprovedPassword(
  deps: MailDeps & { database: Database; config: Pick<Config, 'operatorEmails' | 'publicUrl'> },
  user: { id: string; email: string; name: string },
  request: Request | undefined,
): Promise<void> {
  if (!deps.config.operatorEmails.has(user.email)) return
  const token = sessionToken(request?.headers.get('cookie') ?? '')
  if (token !== null && (await sessionIsOf(deps.database.pool, { token, userId: user.id }))) return
  await deps.database.transaction((client) => removePassword(client, user.id))
  await sendMail(deps, passwordRemovedMail(deps.config, user))
}

/** The random half of the cookie; its signature is not needed, because the token itself is looked up. */
function sessionToken(cookies: string): string | null {
  const value = SESSION_COOKIE.exec(cookies)?.[1]
  try {
    return value === undefined ? null : (decodeURIComponent(value).split('.')[0] as string)
  } catch {
    return null
  }
}
