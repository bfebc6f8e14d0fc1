import { existsSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseMasterKey } from './encryption.ts'

export type Role = 'api' | 'worker'

/** Every setting, parsed. Read once at the start; the rest of the program never sees `process.env`. */
export type Config = {
  host: string
  port: number
  /** The origin people and clients use, without a trailing slash: `https://api.example.com`. */
  publicUrl: string
  /** The browser origins that count as this server's own. */
  origins: readonly string[]
  /** The values of `@authority` that a signature may cover: lower case, without the default port. */
  authorities: ReadonlySet<string>
  /** Whether `publicUrl` is a loopback address: one machine, one person. */
  isLoopback: boolean
  /** Absolute. */
  dataDir: string
  /** Null: the embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | null
  redisUrl: string | null
  /** Null: `master.key` in `dataDir`. */
  masterKeys: readonly Buffer[] | null
  roles: ReadonlySet<Role>
  smtpUrl: string | null
  mailFrom: string
  signUp: 'open' | 'invite'
  operatorEmails: ReadonlySet<string>
  payoutApprovers: number
  /** How many different people it takes to say that money came. */
  depositApprovers: number
  /** How long a hold waits for a person before it is let go; 0: for good. */
  payoutHoldDays: number
  /** The proxies whose forwarded headers count; null when there is none. */
  trustProxy: BlockList | null
  tls: { certFile: string; keyFile: string } | null
  /** Where `/metrics` is; null: nowhere. */
  metrics: { host: string; port: number } | null
  logRetentionDays: number
  logLevel: string
  /** Seconds before each attempt; null: the schedule of the product. */
  webhookRetrySchedule: readonly number[] | null
  webhookAllowedNetworks: BlockList
  /** Failed signatures from one address before it is turned away unheard. */
  failuresPerMinute: number
  /** The values of `@authority` that the platform's own services answer to; empty: none are verified for them. */
  forwardAuthorities: ReadonlySet<string>
  /** What a proxy shows to have requests verified; null: `/forward-auth` does not exist. */
  forwardAuthSecret: string | null
}

/** All the mistakes in the settings, one a line. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

type Env = Record<string, string | undefined>
type Fault = (text: string) => void

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const RETRY_SCHEDULE_ENTRIES_MAX = 50

/**
 * The settings from the environment (an empty value counts as absent).
 * @throws ConfigError naming every mistake, with what to do about each
 */
export function readConfig(env: Env): Config {
  const faults: string[] = []
  const fault: Fault = (text) => void faults.push(text)
  const text = (name: string): string | null => env[name]?.trim() || null

  const host = text('HOST') ?? '127.0.0.1'
  const port = integer(text('PORT'), { name: 'PORT', fallback: 4747, min: 0, max: 65535 }, fault)
  const tls = readTls(text('TLS_CERT'), text('TLS_KEY'), fault)
  const publicUrl = readPublicUrl(text('PUBLIC_URL'), { host, port, https: tls !== null }, fault)
  const isLoopback = isLoopbackHost(new URL(publicUrl).hostname)
  const smtpUrl = text('SMTP_URL')
  if (smtpUrl && !/^smtps?:\/\//.test(smtpUrl)) fault('SMTP_URL must start with smtp:// or smtps://.')
  if (!smtpUrl && !isLoopback)
    fault(
      'SMTP_URL is required when PUBLIC_URL is not loopback: people must be able to reset their password.',
    )

  const databaseUrl = text('DATABASE_URL')
  if (databaseUrl && !/^postgres(ql)?:\/\//.test(databaseUrl))
    fault('DATABASE_URL must start with postgres://.')
  const redisUrl = text('REDIS_URL')
  if (redisUrl && !(/^rediss?:\/\//.test(redisUrl) && URL.canParse(redisUrl)))
    fault('REDIS_URL must start with redis:// or rediss://.')

  const payoutApprovers = integer(
    text('PAYOUT_APPROVERS'),
    { name: 'PAYOUT_APPROVERS', fallback: 2, min: 1, max: 5 },
    fault,
  )
  const config: Config = {
    host,
    port,
    publicUrl,
    ...ownNames(publicUrl),
    isLoopback,
    dataDir: resolve(text('DATA_DIR') ?? './data'),
    databaseUrl,
    redisUrl,
    masterKeys: readMasterKeys(text('MASTER_KEY'), fault),
    roles: readRoles(text('ROLES') ?? 'api,worker', fault),
    smtpUrl,
    mailFrom: text('MAIL_FROM') ?? `Countersign <no-reply@${new URL(publicUrl).hostname}>`,
    signUp: oneOf(
      text('SIGN_UP'),
      { name: 'SIGN_UP', of: ['open', 'invite'], fallback: isLoopback ? 'open' : 'invite' },
      fault,
    ),
    operatorEmails: new Set(list(text('OPERATOR_EMAILS')).map((email) => email.toLowerCase())),
    payoutApprovers,
    depositApprovers: integer(
      text('DEPOSIT_APPROVERS'),
      { name: 'DEPOSIT_APPROVERS', fallback: 1, min: 1, max: 5 },
      fault,
    ),
    payoutHoldDays: integer(
      text('PAYOUT_HOLD_DAYS'),
      { name: 'PAYOUT_HOLD_DAYS', fallback: 30, min: 0, max: 3650 },
      fault,
    ),
    trustProxy: text('TRUST_PROXY') ? readNetworks(text('TRUST_PROXY'), 'TRUST_PROXY', fault) : null,
    tls,
    metrics: readMetrics(text('METRICS_HOST'), text('METRICS_PORT'), fault),
    logRetentionDays: integer(
      text('LOG_RETENTION_DAYS'),
      { name: 'LOG_RETENTION_DAYS', fallback: 30, min: 1, max: 3650 },
      fault,
    ),
    logLevel: oneOf(text('LOG_LEVEL'), { name: 'LOG_LEVEL', of: LOG_LEVELS, fallback: 'warn' }, fault),
    webhookRetrySchedule: readSchedule(text('WEBHOOK_RETRY_SCHEDULE'), fault),
    webhookAllowedNetworks: readNetworks(text('WEBHOOK_ALLOWED_NETWORKS'), 'WEBHOOK_ALLOWED_NETWORKS', fault),
    failuresPerMinute: integer(
      text('FAILURES_PER_MINUTE'),
      { name: 'FAILURES_PER_MINUTE', fallback: 600, min: 1, max: 1_000_000 },
      fault,
    ),
    forwardAuthorities: readAuthorities(text('FORWARD_AUTHORITIES'), fault),
    forwardAuthSecret: readForwardAuthSecret(text('FORWARD_AUTH_SECRET'), text('FORWARD_AUTHORITIES'), fault),
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return config
}

/** Whether a host name or address means this machine itself. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}

function readPublicUrl(
  value: string | null,
  listen: { host: string; port: number; https: boolean },
  fault: Fault,
): string {
  const scheme = listen.https ? 'https' : 'http'
  if (value === null) {
    if (!isLoopbackHost(listen.host))
      fault(
        'PUBLIC_URL is required when HOST is not loopback: the address that people and clients use, such as https://api.example.com.',
      )
    return `${scheme}://localhost:${listen.port}`
  }
  try {
    const url = new URL(value)
    if (!['http:', 'https:'].includes(url.protocol)) throw new TypeError('not http')
    if (url.pathname !== '/' || url.search || url.hash || url.username)
      fault('PUBLIC_URL must be an origin alone, such as https://api.example.com, without a path.')
    return url.origin
  } catch {
    fault('PUBLIC_URL must be a URL such as https://api.example.com.')
    return `${scheme}://localhost:${listen.port}`
  }
}

/** The origins and authorities that mean this server; on loopback, its names are interchangeable. */
function ownNames(publicUrl: string): { origins: string[]; authorities: Set<string> } {
  const url = new URL(publicUrl)
  const hosts = isLoopbackHost(url.hostname)
    ? new Set([url.hostname, 'localhost', '127.0.0.1', '[::1]'])
    : [url.hostname]
  const port = url.port ? `:${url.port}` : ''
  return {
    origins: [...hosts].map((host) => `${url.protocol}//${host}${port}`),
    authorities: new Set([...hosts].map((host) => `${host.toLowerCase()}${port}`)),
  }
}

/** The same settings once the port is known: `PORT=0` lets the system choose one. */
export function withPort(config: Config, port: number): Config {
  if (config.port !== 0) return config
  const publicUrl = new URL(config.publicUrl)
  if (publicUrl.port === '0') publicUrl.port = String(port)
  return { ...config, port, publicUrl: publicUrl.origin, ...ownNames(publicUrl.origin) }
}

function readMasterKeys(value: string | null, fault: Fault): Buffer[] | null {
  const keys = list(value).map((entry) => parseMasterKey(entry))
  if (keys.length === 0) return null
  if (keys.includes(null))
    fault('MASTER_KEY must hold 32 bytes in base64 or hex; several are separated by commas.')
  return keys as Buffer[]
}

function readRoles(value: string, fault: Fault): Set<Role> {
  const roles = new Set<Role>()
  for (const role of list(value)) {
    if (role === 'api' || role === 'worker') roles.add(role)
    else fault(`ROLES may hold api and worker; "${role}" is neither.`)
  }
  if (roles.size === 0) fault('ROLES must hold api, worker or both.')
  return roles
}

function readTls(certFile: string | null, keyFile: string | null, fault: Fault): Config['tls'] {
  if (!certFile && !keyFile) return null
  if (!certFile || !keyFile) {
    fault('TLS_CERT and TLS_KEY go together: both or neither.')
    return null
  }
  for (const [name, file] of [
    ['TLS_CERT', certFile],
    ['TLS_KEY', keyFile],
  ])
    if (!existsSync(file as string)) fault(`${name} names a file that does not exist.`)
  return { certFile, keyFile }
}

function readNetworks(value: string | null, name: string, fault: Fault): BlockList {
  const networks = new BlockList()
  for (const entry of list(value)) {
    const [address = '', prefix] = entry.split('/')
    const version = isIP(address)
    const bits = version === 4 ? 32 : 128
    const length = prefix === undefined ? bits : Number(prefix)
    if (version === 0 || !Number.isInteger(length) || length < 0 || length > bits || prefix === '')
      fault(`${name} must hold CIDR ranges such as 10.0.0.0/8; "${entry}" is not one.`)
    else networks.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
  }
  return networks
}

/** Host names as a signature covers them: lower case, the port only where it is not the scheme's own. */
function readAuthorities(value: string | null, fault: Fault): Set<string> {
  const authorities = new Set<string>()
  for (const entry of list(value)) {
    if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/i.test(entry))
      fault(`FORWARD_AUTHORITIES must hold host names such as api.example.com; "${entry}" is not one.`)
    else authorities.add(entry.toLowerCase().replace(/:(?:443|80)$/, ''))
  }
  return authorities
}

const FORWARD_AUTH_SECRET_CHARACTERS = /^[\x21-\x7e]{32,256}$/

function readForwardAuthSecret(
  secret: string | null,
  authorities: string | null,
  fault: Fault,
): string | null {
  if (secret === null) return null
  if (!FORWARD_AUTH_SECRET_CHARACTERS.test(secret))
    fault(
      'FORWARD_AUTH_SECRET must hold 32 to 256 characters without spaces, such as from openssl rand -hex 32.',
    )
  if (authorities === null)
    fault('FORWARD_AUTH_SECRET needs FORWARD_AUTHORITIES: the host names that the proxy answers to.')
  return secret
}

/** Off unless a port is set: it asks nobody who they are, so where it listens is decided on purpose. */
function readMetrics(host: string | null, port: string | null, fault: Fault): Config['metrics'] {
  if (port === null) {
    if (host !== null) fault('METRICS_HOST needs METRICS_PORT: the port on which /metrics is served.')
    return null
  }
  const parsed = integer(port, { name: 'METRICS_PORT', fallback: 0, min: 0, max: 65535 }, fault)
  return { host: host ?? '127.0.0.1', port: parsed }
}

function readSchedule(value: string | null, fault: Fault): number[] | null {
  if (value === null) return null
  const seconds = list(value).map(Number)
  const valid = seconds.every((entry) => Number.isFinite(entry) && entry >= 0 && entry <= 7 * 86_400)
  if (valid && seconds.length > 0 && seconds.length <= RETRY_SCHEDULE_ENTRIES_MAX) return seconds
  fault(
    `WEBHOOK_RETRY_SCHEDULE must be 1 to ${RETRY_SCHEDULE_ENTRIES_MAX} numbers of seconds, such as 0,5,300.`,
  )
  return null
}

function integer(
  value: string | null,
  { name, fallback, min, max }: { name: string; fallback: number; min: number; max: number },
  fault: Fault,
): number {
  if (value === null) return fallback
  const number = Number(value)
  if (Number.isInteger(number) && number >= min && number <= max) return number
  fault(`${name} must be a whole number from ${min} to ${max}.`)
  return fallback
}

function oneOf<T extends string>(
  value: string | null,
  { name, of, fallback }: { name: string; of: readonly T[]; fallback: T },
  fault: Fault,
): T {
  if (value === null) return fallback
  const found = of.find((option) => option === value)
  if (!found) fault(`${name} must be one of ${of.join(', ')}.`)
  return found ?? fallback
}

function list(value: string | null): string[] {
  return (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}
