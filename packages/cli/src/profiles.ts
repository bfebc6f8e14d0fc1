import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from './exit-codes.ts'

/** What is kept under a name. A profile that only listens may hold no key. */
export type Profile = {
  url?: string
  publicKey?: string
  secretKey?: string
  /** Ed25519, PEM. */
  privateKey?: string
  /** `whsec_…`: signs what `countersign listen` forwards. */
  webhookSecret?: string
}

export type ProfileStore = {
  /** The file that holds them. */
  path: string
  /** @throws UsageError when the file can be read by others, or cannot be read by us */
  all(): Record<string, Profile>
  get(name: string): Profile | null
  /** Changes one profile, or with null forgets it. */
  change(name: string, change: (profile: Profile | null) => Profile | null): void
}

type Place = { env: Readonly<Record<string, string | undefined>>; platform: NodeJS.Platform; homeDir: string }

const FILE_MODE = 0o600
const FOLDER_MODE = 0o700
const OTHERS = 0o077
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** The folder for settings of a user: XDG_CONFIG_HOME where it is set, else what the system has for that. */
export function configFolder({ env, platform, homeDir }: Place): string {
  const xdg = env['XDG_CONFIG_HOME']
  // A relative one is to be ignored (XDG Base Directory).
  if (xdg?.startsWith('/')) return join(xdg, 'countersign')
  if (platform === 'darwin') return join(homeDir, 'Library', 'Application Support', 'countersign')
  if (platform === 'win32' && env['APPDATA']) return join(env['APPDATA'], 'countersign')
  return join(homeDir, '.config', 'countersign')
}

/** @throws UsageError */
export function assertProfileName(name: string): void {
  if (!NAME.test(name))
    throw new UsageError(
      'A profile is named with letters, digits, dots, hyphens and underscores, at most 64.',
    )
}

/** The profiles of this user: one file that only they can read. */
export function openProfiles(place: Place): ProfileStore {
  const path = join(configFolder(place), 'credentials.json')
  const all = () => parse(readPrivate(path, place.platform), path)
  const get = (name: string) => {
    const profiles = all()
    // A name may be one that every object has.
    return Object.hasOwn(profiles, name) ? profiles[name]! : null
  }
  return {
    path,
    all,
    get,
    change(name, change) {
      assertProfileName(name)
      const next = change(get(name))
      const { [name]: _, ...others } = all()
      const kept = next === null ? others : { ...others, [name]: next }
      writePrivate(path, `${JSON.stringify({ version: 1, profiles: kept }, null, 2)}\n`)
    },
  }
}

function readPrivate(path: string, platform: NodeJS.Platform): string | null {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`)
  }
  try {
    // Of the open file, so that it is the one that is read.
    if (platform !== 'win32' && (fstatSync(file).mode & OTHERS) !== 0)
      throw new UsageError(`Others on this machine can read ${path}, which holds secrets: chmod 600 it.`)
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

function parse(text: string | null, path: string): Record<string, Profile> {
  if (text === null) return {}
  try {
    const { version, profiles } = JSON.parse(text) as { version: unknown; profiles: unknown }
    if (version !== 1 || typeof profiles !== 'object' || profiles === null)
      throw new TypeError('another shape')
    return profiles as Record<string, Profile>
  } catch {
    throw new UsageError(`${path} is damaged or from a newer version. Move it away and log in again.`)
  }
}

/** Whole or not at all: a new file beside the old one takes its name once it is on the disk. */
function writePrivate(path: string, text: string): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE })
  chmodSync(folder, FOLDER_MODE)
  const fresh = join(folder, `.credentials-${randomBytes(6).toString('hex')}`)
  const file = openSync(fresh, 'wx', FILE_MODE)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } catch (error) {
    closeSync(file)
    rmSync(fresh, { force: true })
    throw error
  }
  closeSync(file)
  renameSync(fresh, path)
}
