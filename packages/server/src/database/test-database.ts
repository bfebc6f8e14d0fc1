import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { schemaFault } from '../webhooks/check-event.ts'
import { openDatabase, type Database } from './database.ts'
import type { TestPostgres } from './test-global-setup.ts'

export type TestDatabase = {
  database: Database
  url: string
  /**
   * Closes the pool and removes the database.
   * @throws when a test left an event that breaks the schema of its type, by whatever way it was published
   */
  drop(): Promise<void>
}

const CONNECTIONS_MAX = 10

/**
 * Makes a fresh, migrated database of one's own on the Postgres that the test run shares: a copy of
 * one template, about a tenth of a second. Call it once per test file and drop it after all tests.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabaseFrom(({ template }) => template, eventFaults)
}

/** The same without any schema, for tests that make an older one, whose events had other schemas. */
export async function createEmptyTestDatabase(): Promise<TestDatabase> {
  return createDatabaseFrom(
    () => 'template0',
    async () => [],
  )
}

async function createDatabaseFrom(
  templateOf: (postgres: TestPostgres) => string,
  faultsIn: (database: Database) => Promise<string[]>,
): Promise<TestDatabase> {
  const postgres: TestPostgres | undefined = inject('testPostgres')
  if (!postgres) throw new Error('There is no test Postgres: run this test in the Vitest project "server"')
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = postgres.urlPattern.replace('{database}', name)
  const administer = (sql: string) => runOnce(postgres.urlPattern.replace('{database}', 'postgres'), sql)

  await administer(`create database ${name} template ${templateOf(postgres)}`)
  const database = openDatabase(url, { connectionsMax: CONNECTIONS_MAX })
  return {
    database,
    url,
    async drop() {
      const faults = await faultsIn(database)
      await database.close()
      await administer(`drop database if exists ${name} with (force)`)
      if (faults.length > 0) throw new Error(`Events break their schemas:\n${faults.join('\n')}`)
    },
  }
}

const FAULTS_MAX = 20

async function eventFaults({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ type: string; body: string }>('select type, body from events')
  const faults = new Set<string>()
  for (const { type, body } of rows) {
    const fault = schemaFault(type, body)
    if (fault !== null && faults.size < FAULTS_MAX) faults.add(`${type} ${fault} in ${body}`)
  }
  return [...faults]
}

async function runOnce(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
