import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { createDatabase } from './create-database.ts'
import { startEmbeddedPostgres } from './embedded.ts'
import { migrate } from './migrate.ts'
import { readPidFile, belongsToCluster, signal } from './postmaster.ts'

export type TestPostgres = {
  /** A connection URL with `{database}` where the name goes. */
  urlPattern: string
  template: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    testPostgres: TestPostgres
  }
}

const TEMPLATE = 'countersign_template'
const DIR_PREFIX = 'countersign-test-'

/** Starts one Postgres for the whole test run, with one migrated template that every test file copies. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned()
  const dataDir = await mkdtemp(join(tmpdir(), `${DIR_PREFIX}${process.pid}-`))
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false })
  await createDatabase(postgres.url, TEMPLATE)
  // One broken migration must not hide the results of every room; migrations.test.ts fails for it.
  const { failures } = await migrate(postgres.databaseUrl(TEMPLATE), { keepGoing: true })
  for (const { error } of failures) process.stderr.write(`\n!! ${error.message}\n\n`)
  project.provide('testPostgres', {
    urlPattern: postgres.databaseUrl('{database}'),
    template: TEMPLATE,
  })

  return async () => {
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** A run that was killed leaves its Postgres and folder; the next run removes both. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = Number(new RegExp(`^${DIR_PREFIX}(\\d+)-`).exec(name)?.[1])
    if (!owner || isAlive(owner)) continue
    const clusterDir = join(tmpdir(), name, 'postgres')
    const pidFile = await readPidFile(clusterDir)
    if (pidFile && (await belongsToCluster(pidFile.pid, clusterDir))) signal(pidFile.pid, 'SIGQUIT')
    await rm(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
