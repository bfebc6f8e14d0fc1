import type { ApiKey, ApiKeyWithSecret } from '../../../sdk/src/index.ts'
import { command, type Options } from '../command.ts'
import { UsageError } from '../exit-codes.ts'
import { listCommand } from '../lists.ts'
import { members } from '../words.ts'

const CURRENCY_TYPES = ['fiat', 'crypto'] as const
const MODES = ['test', 'production'] as const
const OVERLAP_SECONDS = 3600

const SETTINGS = {
  name: { type: 'string', summary: 'what people call it' },
  'expires-at': { type: 'string', value: 'TIME|never', summary: 'RFC 3339, or never' },
  scope: { type: 'string', multiple: true, value: 'RESOURCE:ACTION', summary: 'once for each scope' },
  'allow-ip': { type: 'string', multiple: true, value: 'CIDR', summary: 'once for each range' },
  'rate-limit': { type: 'string', value: 'N', summary: 'requests a minute' },
} as const satisfies Options

export const keyCommands = [
  listCommand<ApiKey>({
    name: 'keys list',
    summary: 'list API keys',
    path: '/v1/api-keys',
    filters: {
      status: { type: 'string', value: 'STATUS,…', summary: 'active, expiring, expired, disabled, revoked' },
      'name-contains': { type: 'string', summary: 'part of the name' },
      'public-key': { type: 'string', value: 'pk_…', summary: 'the one with this public key' },
    },
    columns: [
      { title: 'id', value: (key) => key.id },
      { title: 'name', value: (key) => key.name },
      { title: 'public key', value: (key) => key.public_key },
      { title: 'type', value: (key) => key.currency_type },
      { title: 'status', value: (key) => key.status },
      { title: 'last used', value: (key) => key.last_used_at },
    ],
  }),

  command({
    name: 'keys get',
    summary: 'show an API key',
    takes: ['ID'],
    async run(context, { args: [id = ''] }) {
      const key = await (await context.client()).apiKeys.get(id)
      context.answer(key, () => members(key))
    },
  }),

  command({
    name: 'keys create',
    summary: 'create an API key; its secret is printed this once',
    options: {
      ...SETTINGS,
      mode: { type: 'string', choices: MODES, summary: 'the mode of the key that asks by default' },
      'currency-type': {
        type: 'string',
        choices: CURRENCY_TYPES,
        summary: 'like the key that asks by default',
      },
      'ed25519-public-key': { type: 'string', value: 'BASE64', summary: 'your own pair: the public half' },
    },
    details: `The key that asks needs the scope api-keys:write, and grants no more than it has.
Without --expires-at the key never expires.`,
    async run(context, { values }) {
      const client = await context.client()
      const own = values.mode && values['currency-type'] ? undefined : await client.me()
      const ed25519 = values['ed25519-public-key']
      const key = await client.apiKeys.create({
        ...settings(values),
        mode: (values.mode ?? own?.mode) as (typeof MODES)[number],
        currency_type: (values['currency-type'] ?? own?.currency_type) as (typeof CURRENCY_TYPES)[number],
        expires_at: expiry(values['expires-at'] ?? 'never'),
        ...(ed25519 === undefined ? {} : { algorithm: 'ed25519', ed25519_public_key: ed25519 }),
      })
      context.answer(key, () => withSecret(key))
    },
  }),

  command({
    name: 'keys edit',
    summary: 'change an API key',
    takes: ['ID'],
    options: {
      ...SETTINGS,
      enable: { type: 'boolean', summary: 'switch it on' },
      disable: { type: 'boolean', summary: 'switch it off' },
      'any-ip': { type: 'boolean', summary: 'remove the allowlist' },
    },
    async run(context, { args: [id = ''], values }) {
      if (values.enable && values.disable) throw new UsageError('--enable or --disable, not both.')
      if (values['any-ip'] && values['allow-ip'].length > 0)
        throw new UsageError('--any-ip or --allow-ip, not both.')
      const expiresAt = values['expires-at']
      const change = {
        ...settings(values),
        ...(expiresAt === undefined ? {} : { expires_at: expiry(expiresAt) }),
        ...(values['any-ip'] ? { ip_allowlist: [] } : {}),
        ...(values.enable || values.disable ? { enabled: values.enable } : {}),
      }
      if (Object.keys(change).length === 0) throw new UsageError('Name what is to change.')
      const key = await (await context.client()).apiKeys.update(id, change)
      context.answer(key, () => members(key))
    },
  }),

  command({
    name: 'keys rotate',
    summary: 'make a new secret, printed this once; the old one verifies for the overlap',
    takes: ['ID'],
    options: {
      'overlap-seconds': {
        type: 'string',
        value: 'N',
        summary: `how long the old secret still verifies, 0 to 604800; ${OVERLAP_SECONDS} by default`,
      },
      'ed25519-public-key': {
        type: 'string',
        value: 'BASE64',
        summary: 'for Ed25519 keys: the new public half',
      },
    },
    async run(context, { args: [id = ''], values }) {
      const ed25519 = values['ed25519-public-key']
      const key = await (
        await context.client()
      ).apiKeys.rotate(id, {
        overlap_seconds: wholeNumber(
          values['overlap-seconds'] ?? String(OVERLAP_SECONDS),
          '--overlap-seconds',
        ),
        ...(ed25519 === undefined ? {} : { ed25519_public_key: ed25519 }),
      })
      context.answer(key, () => withSecret(key))
    },
  }),

  command({
    name: 'keys revoke',
    summary: 'delete an API key for good; its logs stay',
    takes: ['ID'],
    async run(context, { args: [id = ''] }) {
      await (await context.client()).apiKeys.revoke(id)
      context.answer({ id, status: 'revoked' }, () => `${id} is revoked.\n`)
    },
  }),
]

type Given = {
  name: string | undefined
  scope: string[]
  'allow-ip': string[]
  'rate-limit': string | undefined
}

function settings(values: Given) {
  return {
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(values.scope.length === 0 ? {} : { scopes: values.scope as ApiKey['scopes'] }),
    ...(values['allow-ip'].length === 0 ? {} : { ip_allowlist: values['allow-ip'] }),
    ...(values['rate-limit'] === undefined
      ? {}
      : { rate_limit_per_minute: wholeNumber(values['rate-limit'], '--rate-limit') }),
  }
}

function expiry(text: string): string | null {
  return text === 'never' ? null : text
}

function wholeNumber(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${option} is a whole number.`)
  return Number(text)
}

function withSecret(key: ApiKeyWithSecret): string {
  const { secret_key: secret, ...shown } = key
  if (secret === null) return members(shown)
  return `${members({ ...shown, secret_key: secret })}\nThe secret key is shown this once. Keep it where only your program reads it.\n`
}
