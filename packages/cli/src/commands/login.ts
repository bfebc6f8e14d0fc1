import { readFileSync } from 'node:fs'
import { Countersign, type Me } from '../../../sdk/src/index.ts'
import { command } from '../command.ts'
import { DEFAULT_URL, readCredentials } from '../credentials.ts'
import { RefusedError, UsageError } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { pair, type Paired } from '../pair.ts'
import type { Profile } from '../profiles.ts'
import { members, printable, table } from '../words.ts'

export const loginCommands = [
  command({
    name: 'login',
    summary: 'get a key for this computer’s user, by confirming it in the browser',
    options: {
      url: {
        type: 'string',
        value: 'URL',
        summary: `the server; COUNTERSIGN_URL or ${DEFAULT_URL} by default`,
      },
      'public-key': { type: 'string', value: 'pk_…', summary: 'a key that you have: nobody is asked' },
      'private-key-file': {
        type: 'string',
        value: 'FILE',
        summary: 'an Ed25519 key in PEM instead of a secret, with --public-key',
      },
      'device-name': { type: 'string', value: 'NAME', summary: 'what the page calls this computer' },
      'no-browser': { type: 'boolean', summary: 'prints the address only' },
    },
    details: `Makes an Ed25519 pair here, prints a pairing code and an address, and opens it in a browser where there is one.
Whoever is signed in to the dashboard there compares the code, chooses what the key may do, and confirms. The server
gets the public half alone.

With a key that exists already nobody is asked. Its secret is asked for, and not shown; or comes on standard input:

  countersign login --public-key pk_test_… < secret-key.txt

It is never an argument, so that it stands in no history and no list of processes. Either way the key is tried against
the server, then kept in a file that only you can read.`,
    async run(context, { values }) {
      const { io, profiles, profile } = context
      const url = values.url ?? (context.env['COUNTERSIGN_URL'] || profiles.get(profile)?.url || DEFAULT_URL)
      const pem = values['private-key-file']
      const publicKey = values['public-key']
      if (publicKey === undefined && pem !== undefined)
        throw new UsageError('Name the key with --public-key as well: a file holds its private half only.')
      const paired =
        publicKey === undefined
          ? await pair(io, {
              url,
              deviceName: values['device-name'],
              opensBrowser: io.isInteractive && !values['no-browser'],
            })
          : null
      const kept: Profile = { url, ...(paired ? pairOf(paired) : await broughtKey(io, { publicKey, pem })) }
      const client = new Countersign(await readCredentials({}, { name: profile, kept }))
      const me = await client.me()
      const before = profiles.get(profile)
      profiles.change(profile, () => ({
        ...kept,
        ...(before?.webhookSecret === undefined ? {} : { webhookSecret: before.webhookSecret }),
      }))
      // Only now, so that a login that ends before it leaves no key that works and is nobody's.
      await paired?.acknowledge().catch((error: unknown) => {
        if (error instanceof RefusedError) profiles.change(profile, () => before)
        throw error
      })
      context.answer(
        { profile, url, ...shown(me) },
        () =>
          `Logged in to ${printable(me.workspace.name)} (${me.mode}, ${me.currency_type}) as the key "${printable(me.key.name)}".\nKept as the profile "${profile}" in ${profiles.path}\n`,
      )
    },
  }),

  command({
    name: 'logout',
    summary: 'forget the key of a profile',
    details: `The key itself stays valid: countersign keys revoke, or the dashboard, ends it.`,
    run(context) {
      const { profile, profiles } = context
      if (profiles.get(profile) === null) throw new UsageError(`There is no profile "${profile}".`)
      profiles.change(profile, () => null)
      context.answer({ profile, logged_out: true }, () => `The profile "${profile}" is forgotten.\n`)
    },
  }),

  command({
    name: 'whoami',
    summary: 'who signs: key, workspace, mode, scopes',
    async run(context) {
      const me = await (await context.client()).me()
      context.answer(me, () => members({ profile: context.profile, ...shown(me) }))
    },
  }),

  command({
    name: 'profiles',
    summary: 'list the profiles',
    run(context) {
      const data = Object.entries(context.profiles.all()).map(([name, { url, publicKey }]) => ({
        name,
        url: url ?? null,
        public_key: publicKey ?? null,
        in_use: name === context.profile,
      }))
      context.answer({ data }, () =>
        table(data, [
          { title: '', value: (row) => (row.in_use ? '*' : ' ') },
          { title: 'name', value: (row) => row.name },
          { title: 'server', value: (row) => row.url },
          { title: 'public key', value: (row) => row.public_key },
        ]),
      )
    },
  }),
]

const pairOf = ({ publicKey, privateKey }: Paired) => ({ publicKey, privateKey })

async function broughtKey(
  io: Io,
  { publicKey, pem }: { publicKey: string | undefined; pem: string | undefined },
): Promise<Profile> {
  return pem === undefined
    ? { publicKey, secretKey: await askSecretKey(io) }
    : { publicKey, privateKey: readPem(pem) }
}

async function askSecretKey(io: Io): Promise<string> {
  const secret = io.isInteractive
    ? await io.ask('Secret key (sk_…, not shown): ', { secret: true })
    : await io.readInput()
  return secret.trim()
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`The file ${file} cannot be read.`)
  }
}

function shown(me: Me) {
  return {
    workspace: me.workspace.name,
    mode: me.mode,
    currency_type: me.currency_type,
    key: me.key.name,
    key_id: me.key.id,
    public_key: me.public_key,
    scopes: me.scopes,
    expires_at: me.expires_at,
  }
}
