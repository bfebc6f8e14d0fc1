// `npm start`: installs and builds what is missing, then runs the server in this very process. Plain Node
// without a dependency, because on a fresh clone there is nothing else.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const NODE_VERSION_MIN = [20, 19]

async function start() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < NODE_VERSION_MIN[0] || (major === NODE_VERSION_MIN[0] && minor < NODE_VERSION_MIN[1])) {
    return fail(`Countersign needs Node ${NODE_VERSION_MIN.join('.')} or newer; this is ${process.version}.`)
  }
  if (!isInstalled()) await install()
  // In a process of its own: what a build leaves in memory would stay with the server.
  const { pendingSteps } = await import('./build.mjs')
  const pending = pendingSteps().map((step) => step.name)
  if (pending.length > 0) {
    say(`Building the ${pending.join(', the ')} (only after a change) …`)
    await run(
      process.execPath,
      [join(root, 'scripts', 'build.mjs')],
      'The build failed; its messages are above.',
    )
  }
  // The server counts its start from here, without installation and build.
  performance.mark('countersign-start')
  await import('../packages/server/dist/main.js')
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

function run(command, args, failure) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' })
    child.once('error', (error) => resolve(fail(`${command} could not run: ${error.message}`)))
    child.once('exit', (code) => resolve(code === 0 ? undefined : fail(failure)))
  })
}

function say(line) {
  process.stdout.write(`${line}\n`)
}

function fail(line) {
  process.stderr.write(`${line}\n`)
  process.exit(1)
}

void start()
