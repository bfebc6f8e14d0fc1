import { join, relative } from 'node:path'
import type { Config } from './config.ts'
import { withoutCredentials } from './database/start-database.ts'

export type ReadyReport = {
  config: Config
  seconds: number
  /** The one-time link of the first account; null once an operator exists. */
  setupLink: string | null
}

const LABEL_WIDTH = 11

/** What a person reads once the server is ready: where everything is, and what to do next. */
export function readyReport({ config, seconds, setupLink }: ReadyReport): string {
  const lines = [`Countersign ready in ${seconds.toFixed(1)} s`]
  const say = (label: string, text: string) => lines.push(label.padEnd(LABEL_WIDTH) + text)
  if (config.roles.has('api')) {
    say('Dashboard', config.publicUrl)
    if (setupLink) say('First run', `${setupLink}   (this account runs the platform)`)
    say('API docs', `${config.publicUrl}/docs`)
  }
  const masterKey = config.masterKeys ? 'MASTER_KEY' : shortPath(join(config.dataDir, 'master.key'))
  const data = config.databaseUrl ? withoutCredentials(config.databaseUrl) : shortPath(config.dataDir)
  say('Data', `${data}      Master key  ${masterKey}   (back both up, apart)`)
  if (config.smtpUrl) say('Mail', `sent through ${new URL(config.smtpUrl).host}`)
  else say('Mail', 'no SMTP_URL: messages wait at /operator/mail')
  if (config.roles.has('api') && config.isLoopback) say('Try', 'npm run tour')
  return `${lines.join('\n')}\n`
}

function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') ? path : `./${fromHere}`
}
