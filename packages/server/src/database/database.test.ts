import { afterAll, beforeAll, expect, test } from 'vitest'
import { run, sqlBuilder, type Executor } from './database.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

declare module './database.ts' {
  interface Tables {
    database_test_note: { id: string; text: string }
  }
}

let made: TestDatabase
beforeAll(async () => {
  made = await createTestDatabase()
  await made.database.pool.query('create table database_test_note (id int8 primary key, text text not null)')
})
afterAll(() => made.drop())

const notes = (executor: Executor) =>
  run(executor, sqlBuilder.selectFrom('database_test_note').select(['id', 'text']).orderBy('id'))

test('a transaction that returns is committed and yields its result', async () => {
  const result = await made.database.transaction(async (client) => {
    await client.query('insert into database_test_note (id, text) values ($1, $2)', ['1', 'kept'])
    return 'done'
  })
  expect(result).toBe('done')
  expect(await notes(made.database.pool)).toContainEqual({ id: '1', text: 'kept' })
})

test('a transaction that throws leaves nothing behind and passes the error on', async () => {
  const failing = made.database.transaction(async (client) => {
    await client.query('insert into database_test_note (id, text) values ($1, $2)', ['2', 'lost'])
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  expect(await notes(made.database.pool)).not.toContainEqual({ id: '2', text: 'lost' })
})

test('a connection that is killed inside a transaction fails that transaction only', async () => {
  const failing = made.database.transaction(async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    await made.database.pool.query('select pg_terminate_backend($1)', [rows[0]!.pid])
    await client.query('select 1')
  })
  await expect(failing).rejects.toBeInstanceOf(Error)
  await expect(made.database.transaction((client) => client.query('select 1'))).resolves.toBeDefined()
})

test('an int8 and a numeric arrive as strings, exact beyond 53 bits', async () => {
  const { rows } = await made.database.pool.query(
    'select 9007199254740993::int8 as big, 123456789012345678901234567890::numeric(78,0) as amount',
  )
  expect(rows).toEqual([{ big: '9007199254740993', amount: '123456789012345678901234567890' }])
})
