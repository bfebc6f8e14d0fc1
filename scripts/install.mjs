// What `npm start` and `npm test` share: the repository's root, and dependencies that match the lock file. Plain
// Node without a dependency, because on a fresh clone there is nothing else.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const NODE_VERSION_MIN = [20, 19]

/** Ends the program in one line where Node is too old; installs what the lock file asks for where it is missing. */
export async function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < NODE_VERSION_MIN[0] || (major === NODE_VERSION_MIN[0] && minor < NODE_VERSION_MIN[1])) {
    return fail(`Countersign needs Node ${NODE_VERSION_MIN.join('.')} or newer; this is ${process.version}.`)
  }
  if (!isInstalled()) await install()
}

/** Runs a command in the root with its output passed through; ends the program with `failure` when it fails. */
export function run(command, args, failure) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' })
    child.once('error', (error) => resolve(fail(`${command} could not run: ${error.message}`)))
    child.once('exit', (code) => resolve(code === 0 ? undefined : fail(failure)))
  })
}

export function say(line) {
  process.stdout.write(`${line}\n`)
}

export function fail(line) {
  process.stderr.write(`${line}\n`)
  process.exit(1)
}

/** Whether node_modules holds what the lock file says: npm keeps its own account of what it installed. */
function isInstalled() {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (!wanted || !installed) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') || entry.link) return true
    const found = installed[path]
    // Optional packages are left out where they are for another machine.
    return found ? found.version === entry.version : entry.optional || entry.devOptional || entry.peer
  })
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return undefined
  }
}

async function install() {
  say('Installing dependencies (once, about a minute) …')
  const startedAt = performance.now()
  // The build needs the development dependencies even where NODE_ENV=production would leave them out.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const failure = 'npm ci failed; its messages are above.'
  // npm tells its scripts where it lives itself, which also works where `npm` is not on the PATH.
  const npm = process.env.npm_execpath
  if (npm && /\.c?js$/.test(npm)) await run(process.execPath, [npm, ...args], failure)
  else await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, failure)
  say(`Installed in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
}
