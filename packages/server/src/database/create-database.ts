import pg from 'pg'

const DUPLICATE_DATABASE = '42P04'
// Two creations at the same instant collide in the catalogue's index instead.
const UNIQUE_VIOLATION = '23505'

/** Makes a database unless it exists. `maintenanceUrl` names another database of the same cluster. */
export async function createDatabase(maintenanceUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: maintenanceUrl })
  await client.connect()
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name])
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`)
  } catch (error) {
    const code = (error as pg.DatabaseError).code
    if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error
  } finally {
    await client.end()
  }
}
