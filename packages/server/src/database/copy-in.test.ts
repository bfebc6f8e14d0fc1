import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { copyIn } from './copy-in.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let testDatabase: TestDatabase
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  await testDatabase.database.pool.query(
    'create table copied_one (id int primary key, text text); create table copied_two (id int)',
  )
})
afterAll(() => testDatabase.drop())
beforeEach(() => testDatabase.database.pool.query('truncate copied_one, copied_two'))

const copyOne = (...pieces: string[]) => copy('copied_one (id, text)', pieces)
const copyTwo = (...pieces: string[]) => copy('copied_two (id)', pieces)
const copy = (into: string, pieces: string[]) => ({
  statement: `copy ${into} from stdin with (format csv)`,
  pieces: pieces.map((piece) => Buffer.from(piece)),
})

async function stored(): Promise<{ one: number; two: number }> {
  const { rows } = await testDatabase.database.pool.query<{ one: number; two: number }>(
    'select (select count(*)::int from copied_one) as one, (select count(*)::int from copied_two) as two',
  )
  return rows[0]!
}

test('each COPY takes its own rows, whatever pieces they come in', async () => {
  const { pool } = testDatabase.database
  await copyIn(pool, [copyOne('1,a\n2', ',b\n'), copyTwo(), copyTwo('7\n', '8\n', '9\n')])
  expect(await stored()).toEqual({ one: 2, two: 3 })
})

test('more than a connection holds at once arrives whole', async () => {
  const text = 'x'.repeat(1000)
  const piece = (from: number) =>
    Array.from({ length: 1000 }, (_, index) => `${from + index},${text}\n`).join('')
  await copyIn(testDatabase.database.pool, [
    copyOne(...Array.from({ length: 12 }, (_, index) => piece(index * 1000))),
    copyTwo('1\n'),
  ])
  expect(await stored()).toEqual({ one: 12_000, two: 1 })
})

test.each([
  ['first', [copyOne('1,a\n1,b\n'), copyTwo('1\n2\n')]],
  ['last', [copyOne('1,a\n'), copyTwo('1\nnumber\n')]],
])('where the %s one fails nothing is written, and whoever asks next gets an answer', async (_, copies) => {
  const { pool } = testDatabase.database
  await expect(copyIn(pool, copies)).rejects.toMatchObject({ code: expect.stringMatching(/^2/) })
  expect(await stored()).toEqual({ one: 0, two: 0 })
  await copyIn(pool, [copyOne('1,a\n'), copyTwo('1\n')])
  expect(await stored()).toEqual({ one: 1, two: 1 })
})

test('a connection that is cut in the middle is an error, and nothing is written', async () => {
  const { pool } = testDatabase.database
  const blocker = await pool.connect()
  await blocker.query('begin; lock table copied_two')
  const copying = copyIn(pool, [copyOne('1,a\n'), copyTwo('1\n')])
  const failed = expect(copying).rejects.toThrow()
  const cutOff = () =>
    pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where query like 'copy copied_one%' and wait_event_type = 'Lock' and datname = current_database()`,
    )
  while ((await cutOff()).rowCount === 0) await delay(10)
  await failed
  await blocker.query('rollback')
  blocker.release()
  expect(await stored()).toEqual({ one: 0, two: 0 })
})
