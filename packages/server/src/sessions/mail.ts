import { createTransport } from 'nodemailer'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database, Executor } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Role } from './principal.ts'
import {
  claimDueMail,
  deleteMailBefore,
  emptyMailBodiesBefore,
  insertMail,
  markMailFailed,
  markMailSent,
} from './queries.ts'

export type MailKind = 'verify-email' | 'reset-password' | 'invitation' | 'notice'
export type Message = { to: string; subject: string; text: string; kind: MailKind }

export type MailDeps = {
  config: Pick<Config, 'smtpUrl' | 'mailFrom' | 'isLoopback'>
  database: Database
  clock: Clock
  log: Log
  sealer: Sealer
  /** Writes to the terminal of the person who started the server; absent when there is none, or on a server. */
  printToTerminal?: (text: string) => void
}

/** Sends one message or throws. What nodemailer's transport does; tests pass their own. */
export type MailTransport = {
  sendMail(mail: { from: string; to: string; subject: string; text: string }): Promise<unknown>
}

// Seconds from one attempt to the next; after the last the mail has failed.
const RETRY_SECONDS = [60, 300, 1800, 7200]
const BATCH_MAX = 10
const LEASE_SECONDS = 120
const SMTP_TIMEOUT_MS = 20_000
const BODY_DAYS = 7
const ROW_DAYS = 90
const DAY_MS = 86_400_000

/**
 * Puts a message into the outbox. Its body is sealed, because it holds links that open accounts and a database
 * dump alone must reveal none. Without SMTP_URL it is held for the operator's mail page and, where somebody sits
 * at a loopback terminal, printed there (never in the log).
 */
export async function sendMail(
  deps: MailDeps,
  message: Message,
  executor: Executor = deps.database.pool,
): Promise<void> {
  const id = newId('msg', deps.clock.now())
  const held = deps.config.smtpUrl === null
  await insertMail(executor, {
    id,
    recipient: message.to,
    subject: message.subject,
    kind: message.kind,
    sealedBody: deps.sealer.seal(Buffer.from(message.text), mailSealName(id)),
    status: held ? 'held' : 'pending',
    now: new Date(deps.clock.now()),
  })
  if (held && deps.config.isLoopback)
    deps.printToTerminal?.(`\nMail to ${message.to}: ${message.subject}\n\n${message.text}\n`)
}

/** What a sealed body belongs to. */
export function mailSealName(mailId: string): string {
  return `mail/${mailId}`
}

/** The transport for SMTP_URL. */
export function smtpTransport(smtpUrl: string): MailTransport {
  return createTransport(smtpUrl, {
    connectionTimeout: SMTP_TIMEOUT_MS,
    greetingTimeout: SMTP_TIMEOUT_MS,
    socketTimeout: SMTP_TIMEOUT_MS,
  } as object)
}

/**
 * One turn of the worker's loop: sends what is due, at most a batch. Several workers may run it at once.
 * A body is destroyed as soon as the mail server has taken it.
 * @returns how many messages were tried
 */
export async function deliverMail(deps: MailDeps, transport: MailTransport): Promise<number> {
  const now = deps.clock.now()
  const due = await claimDueMail(deps.database.pool, {
    now: new Date(now),
    leasedUntil: new Date(now + LEASE_SECONDS * 1000),
    limit: BATCH_MAX,
  })
  for (const mail of due) {
    try {
      const text = deps.sealer.open(mail.sealedBody, mailSealName(mail.id)).toString()
      const { recipient: to, subject } = mail
      await transport.sendMail({ from: deps.config.mailFrom, to, subject, text })
      await markMailSent(deps.database.pool, mail.id, new Date(deps.clock.now()))
    } catch (error) {
      const waitSeconds = RETRY_SECONDS[mail.attemptCount]
      await markMailFailed(deps.database.pool, mail.id, {
        error: errorName(error),
        nextAttemptAt: waitSeconds === undefined ? null : new Date(now + waitSeconds * 1000),
      })
      deps.log.warn({ mail_id: mail.id, code: errorName(error) }, 'a mail could not be handed over')
    }
  }
  return due.length
}

/** Destroys bodies after 7 days, sent or not, and rows after 90. For the worker's prune loop. */
export async function pruneMail(deps: Pick<MailDeps, 'database' | 'clock'>): Promise<void> {
  const now = deps.clock.now()
  await emptyMailBodiesBefore(deps.database.pool, new Date(now - BODY_DAYS * DAY_MS))
  await deleteMailBefore(deps.database.pool, new Date(now - ROW_DAYS * DAY_MS))
}

/** A driver's error code alone: its message may quote the address or the mail. */
function errorName(error: unknown): string {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' ? code : 'ERROR'
}

type Person = { name: string; email: string }
type Origin = Pick<Config, 'publicUrl'>

/** Asks a person to prove that the address is theirs. The link proves it and leads on to the dashboard's page. */
export function verificationMail({ publicUrl }: Origin, person: Person, token: string): Message {
  return {
    to: person.email,
    subject: 'Confirm your e-mail address',
    kind: 'verify-email',
    text: letter(person, [
      'Please confirm that this address is yours:',
      `${publicUrl}/auth/verify-email?token=${encodeURIComponent(token)}&callbackURL=%2Fverify-email`,
      'The link works for 24 hours. If you did not sign up, ignore this message.',
    ]),
  }
}

/** Tells the owner of an operator's address that the account's password, which somebody else may know, is gone. */
export function passwordRemovedMail({ publicUrl }: Origin, person: Person): Message {
  return {
    to: person.email,
    subject: 'Choose a password of your own',
    kind: 'notice',
    text: letter(person, [
      'This address is confirmed, and it runs the platform. Whoever opened its account was not signed in when the link was opened, so the password of that time no longer works. Ask for a new one here:',
      `${publicUrl}/forgot-password`,
    ]),
  }
}

/** Lets a person choose a new password. The link opens the dashboard's page, which asks the API. */
export function resetMail({ publicUrl }: Origin, person: Person, token: string): Message {
  return {
    to: person.email,
    subject: 'Choose a new password',
    kind: 'reset-password',
    text: letter(person, [
      'Somebody, most likely you, asked for a new password. Choose it here:',
      `${publicUrl}/reset-password?token=${encodeURIComponent(token)}`,
      'The link works once and for one hour. If it was not you, ignore this message: nothing has changed.',
    ]),
  }
}

type Invited = { email: string; workspaceName: string; role: Role; inviter: Person }

/** Asks somebody to join a workspace. The link opens the dashboard's page, which asks the API. */
export function invitationMail({ publicUrl }: Origin, invited: Invited, token: string): Message {
  const { inviter } = invited
  return {
    to: invited.email,
    subject: 'You are invited to a workspace',
    kind: 'invitation',
    text: [
      'Hello,',
      `${inviter.name} (${inviter.email}) invites you to work in “${oneLine(invited.workspaceName)}” as ${invited.role}:`,
      `${publicUrl}/accept-invitation?token=${encodeURIComponent(token)}`,
      'The link is for this address alone, and works once and for 7 days. If you do not know the sender, ignore this message.',
      'Countersign',
    ].join('\n\n'),
  }
}

type ActivationDecision = {
  workspaceName: string
  currencyType: string
  decision: 'approved' | 'refused' | 'revoked'
  reason: string | null
}

/** Tells an owner how the platform decided about Production Mode. */
export function activationMail({ publicUrl }: Origin, person: Person, told: ActivationDecision): Message {
  const { decision, reason } = told
  const name = `“${oneLine(told.workspaceName)}” and ${told.currencyType}`
  const news = {
    approved: `The platform has approved Production Mode for ${name}. It opens once every other step is done:`,
    refused: `The platform has refused Production Mode for ${name}. You can ask again once the reason is settled:`,
    revoked: `The platform has taken its approval of Production Mode back for ${name}. Keys stay, but move no more money:`,
  }[decision]
  return {
    to: person.email,
    subject: `Production Mode: ${decision}`,
    kind: 'notice',
    text: letter(person, [
      news,
      ...(reason ? [`Reason: ${oneLine(reason)}`] : []),
      `${publicUrl}/activation`,
    ]),
  }
}

/** Tells an owner that the platform has stopped their workspace, or lets it go on. */
export function suspensionMail(
  { publicUrl }: Origin,
  person: Person,
  told: { name: string; deed: 'suspended' | 'resumed'; reason: string },
): Message {
  const name = `“${oneLine(told.name)}”`
  return {
    to: person.email,
    subject: `Workspace ${told.deed}`,
    kind: 'notice',
    text: letter(person, [
      told.deed === 'suspended'
        ? `The platform has suspended ${name}: its API keys are refused, and nothing can be changed. What is under way goes on.`
        : `The platform lets ${name} go on: its API keys work again.`,
      `Reason: ${oneLine(told.reason)}`,
      publicUrl,
    ]),
  }
}

/** A workspace may be called anything; no line of a letter begins where its name says so. */
function oneLine(name: string): string {
  return name.replaceAll(/[\p{Control}\u2028\u2029]+/gu, ' ')
}

function letter(person: Person, paragraphs: string[]): string {
  return [`Hello ${person.name},`, ...paragraphs, 'Countersign'].join('\n\n')
}
