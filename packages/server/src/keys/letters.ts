import type { Config } from '../config.ts'
import type { Database, Executor } from '../database/database.ts'
import type { Clock } from '../clock.ts'
import { roleReaches } from '../sessions/principal.ts'
import type { Message } from '../sessions/mail.ts'
import { findLetterReaders } from '../workspaces/queries.ts'
import {
  findKeysForLetter,
  lockDueLetters,
  markLetterSent,
  type KeyForLetter,
  type LetterTopic,
} from './letter-queries.ts'

export type LetterDeps = {
  config: Pick<Config, 'publicUrl'>
  database: Database
  clock: Clock
  sendMail(message: Message, executor: Executor): Promise<void>
}

const WORKSPACES_PER_ROUND = 20
const DAY_MS = 86_400_000
const KEYS_NAMED_MAX = 20
const TOPICS: readonly {
  topic: LetterTopic
  says: (count: number) => string
  what: (key: KeyForLetter) => string
}[] = [
  {
    topic: 'expired',
    says: (count) =>
      `${count === 1 ? 'This key has' : 'These keys have'} expired and sign${count === 1 ? 's' : ''} no more:`,
    what: (key) => `expired ${day(key.at)}`,
  },
  {
    topic: 'expiring',
    says: (count) => `${count === 1 ? 'This key expires' : 'These keys expire'} within 7 days:`,
    what: (key) => `expires ${day(key.at)}`,
  },
  {
    topic: 'rotation_due',
    says: (count) =>
      `The secret of ${count === 1 ? 'this key' : 'these keys'} is older than 90 days. Rotate it when it suits you; the old one can go on for up to 7 days:`,
    what: (key) => `secret since ${day(key.at)}`,
  },
]

/**
 * Tells the owners and admins of workspaces which keys end, have ended or are due for a new secret: one letter a
 * workspace and day, with every such key in it, so that a key which waits for tomorrow's letter stood in today's.
 * Only addresses that were proved get one.
 * @returns whether there may be more
 */
export async function sendKeyLetters(deps: LetterDeps): Promise<{ sent: number; more: boolean }> {
  const now = new Date(deps.clock.now())
  return deps.database.transaction(async (client) => {
    const due = await lockDueLetters(client, {
      sentBefore: new Date(now.getTime() - DAY_MS),
      limit: WORKSPACES_PER_ROUND,
    })
    let sent = 0
    for (const { workspaceId, name, sentAt } of due) {
      const since = sentAt ?? new Date(now.getTime() - DAY_MS)
      const parts = await paragraphs(client, { workspaceId, since, now })
      await markLetterSent(client, workspaceId, now)
      if (parts.length === 0) continue
      const readers = await findLetterReaders(client, workspaceId)
      for (const reader of readers.filter(({ role }) => roleReaches(role, 'admin'))) {
        await deps.sendMail(
          {
            to: reader.email,
            subject: `API keys of ${inOneLine(name)} need a look`,
            kind: 'notice',
            text: [
              `Hello ${reader.name},`,
              ...parts,
              `${deps.config.publicUrl}/api-keys`,
              'Countersign',
            ].join('\n\n'),
          },
          client,
        )
        sent += 1
      }
    }
    return { sent, more: due.length === WORKSPACES_PER_ROUND }
  })
}

async function paragraphs(
  client: Executor,
  span: { workspaceId: string; since: Date; now: Date },
): Promise<string[]> {
  const parts: string[] = []
  for (const { topic, says, what } of TOPICS) {
    const { keys, count } = await findKeysForLetter(client, topic, { ...span, limit: KEYS_NAMED_MAX })
    if (count === 0) continue
    const lines = keys.map(
      (key) =>
        `- ${inOneLine(key.name)} (${key.public_key}, ${key.mode === 'test' ? 'Test Mode' : 'Production Mode'}): ${what(key)}`,
    )
    if (count > keys.length) lines.push(`- and ${count - keys.length} more`)
    parts.push(`${says(count)}\n${lines.join('\n')}`)
  }
  return parts
}

/** A line break in a name would write lines of its own into the letter. */
function inOneLine(name: string): string {
  return name.replaceAll(/[\p{Control}\u2028\u2029]+/gu, ' ')
}

function day(at: Date): string {
  const text = at.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
  return `${text} (UTC)`
}
