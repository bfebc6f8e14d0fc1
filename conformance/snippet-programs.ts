import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export type Algorithm = 'hmac-sha256' | 'ed25519'

export const snippetsDir = fileURLToPath(new URL('../packages/dashboard/snippets/', import.meta.url))
export const driversDir = fileURLToPath(new URL('drivers/', import.meta.url))
const PROGRAM_LIMIT_MS = 120_000

// One cache for all tests of a machine: the standard library compiles once. Nothing is fetched.
const GO_ENVIRONMENT = {
  GOFLAGS: '-mod=mod',
  GOPROXY: 'off',
  GOTOOLCHAIN: 'local',
  GOCACHE: process.env['GOCACHE'] ?? join(tmpdir(), 'countersign-go-cache'),
}

function answers(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const hasShell = answers('openssl', 'version') && answers('curl', '--version')
const hasPython = answers('python3', '--version')
const hasGo = answers('go', 'version')
const hasJava = answers('javac', '-version')

/** Whether a snippet can run here; a test of one that cannot is reported as skipped. */
export const present: Record<string, (algorithm: Algorithm) => boolean> = {
  curl: () => hasShell,
  Node: () => true,
  Python: (algorithm) =>
    hasPython && (algorithm === 'hmac-sha256' || answers('python3', '-c', 'import cryptography')),
  Go: () => hasGo,
  Java: () => hasJava,
}

export type Command = [program: string, ...args: string[]]

/** Runs a program to its end; what it wrote to stdout. */
export function run(
  [program, ...args]: Command,
  env: Record<string, string> = {},
  input = '',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        env: { PATH: process.env['PATH'], HOME: tmpdir(), LC_ALL: 'C.UTF-8', ...GO_ENVIRONMENT, ...env },
        timeout: PROGRAM_LIMIT_MS,
      },
      (error, stdout, stderr) => (error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout)),
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/**
 * What starts a snippet as its reader would, compiled beforehand where the language compiles.
 * @param files the snippet's own file and, for the conformance cases, its driver
 */
export async function compiled(
  language: string,
  folder: string,
  files: [string, ...string[]],
): Promise<Command> {
  switch (language) {
    case 'curl':
      return [files[0].includes('ed25519') ? 'bash' : 'sh', files[0]]
    case 'Node':
      return [process.execPath, ...files]
    case 'Python':
      return ['python3', ...files]
    case 'Go': {
      const program = join(folder, 'program')
      await run(['go', 'build', '-o', program, ...files])
      return [program]
    }
    default: {
      const main = files.at(-1)!.replace(/^.*\/|\.java$/g, '')
      await run(['javac', '-d', folder, ...files])
      // Small programs end before the second compiler would pay.
      return ['java', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-cp', folder, main]
    }
  }
}

/** The program that signs conformance cases with a snippet: one line each in, one line each out. */
export async function driver(
  language: string,
  algorithm: Algorithm,
  folder: string,
  file: string,
): Promise<Command> {
  const snippet = join(snippetsDir, algorithm, file)
  mkdirSync(folder, { recursive: true })
  switch (language) {
    case 'Node':
      return [process.execPath, join(driversDir, 'driver.mjs'), pathToFileURL(snippet).href]
    case 'Python':
      return ['python3', join(driversDir, 'driver.py'), join(snippetsDir, algorithm)]
    case 'Go':
      // go build wants all files of a program in one folder.
      copyFileSync(snippet, join(folder, file))
      copyFileSync(join(driversDir, 'driver.go'), join(folder, 'driver.go'))
      return compiled(language, folder, [join(folder, file), join(folder, 'driver.go')])
    default:
      return compiled(language, folder, [snippet, join(driversDir, 'Driver.java')])
  }
}
