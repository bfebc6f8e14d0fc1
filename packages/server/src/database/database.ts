import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type RawBuilder,
} from 'kysely'
import pg from 'pg'

/** A pool, or a client inside a transaction: whatever can run a statement. */
export type Executor = Pick<pg.Pool | pg.PoolClient, 'query'>

export type Database = {
  pool: pg.Pool
  /** Runs work in one transaction (read committed), rolls back when it throws. */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>
  /** Waits for the statements that run, then closes every connection. */
  close(): Promise<void>
}

export type DatabaseOptions = {
  connectionsMax?: number
  /** Hears of connections that break while nobody uses them; the pool replaces them by itself. */
  onIdleError?: (error: Error) => void
}

/** Every table that a statement builder knows. A room adds its own by declaration merging. */
// The rooms' declarations need an interface to merge with.
// eslint-disable-next-line typescript/no-empty-object-type
export interface Tables {}

const CONNECTIONS_MAX = 20
const CONNECT_TIMEOUT_MS = 10_000
const IDLE_TIMEOUT_MS = 60_000
// A request may take 30 s at most (DESIGN §11); no statement outlives its request for long.
const STATEMENT_TIMEOUT_MS = 35_000

/** Opens a pool. Nothing is connected before the first statement. */
export function openDatabase(url: string | pg.PoolConfig, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    max: options.connectionsMax ?? CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'countersign',
    keepAlive: true,
    ...(typeof url === 'string' ? { connectionString: url } : url),
  })
  // Without a listener, an idle connection that breaks would end the process.
  pool.on('error', (error) => options.onIdleError?.(error))
  // The same for one that breaks between two statements, or while it is handed from one user to the next; whatever is
  // asked of it then fails.
  pool.on('connect', (client) => client.on('error', () => {}))

  return {
    pool,
    transaction: (work) => runTransaction(pool, work),
    close: () => pool.end(),
  }
}

async function runTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    // A connection that cannot even roll back is thrown away instead of returned to the pool.
    await client.query('rollback').catch((fault: Error) => (broken = fault))
    throw error
  } finally {
    client.release(broken)
  }
}

/** Kysely that only compiles: for statements whose shape depends on input (lists with filters, patches). */
export const sqlBuilder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

/** Runs a built statement and returns its rows as the database names them. */
export async function run<Row>(executor: Executor, query: { compile(): CompiledQuery<Row> }): Promise<Row[]> {
  const { sql, parameters } = query.compile()
  const result = await executor.query(sql, [...parameters])
  return result.rows as Row[]
}

/** The same for a statement written as SQL with `sql` of Kysely. */
export function runSql<Row>(executor: Executor, statement: RawBuilder<Row>): Promise<Row[]> {
  return run(executor, { compile: () => statement.compile(sqlBuilder) })
}
