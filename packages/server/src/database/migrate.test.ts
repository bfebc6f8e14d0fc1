import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { createDatabase } from './create-database.ts'
import { openDatabase, type Database } from './database.ts'
import { migrate } from './migrate.ts'

let dir: string
let url: string
let database: Database
let count = 0

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'migrations-'))
  const { urlPattern } = inject('testPostgres')
  const name = `migrate_test_${process.pid}_${++count}`
  await createDatabase(urlPattern.replace('{database}', 'postgres'), name)
  url = urlPattern.replace('{database}', name)
  database = openDatabase(url)
})
afterEach(async () => {
  await database.close()
  await rm(dir, { recursive: true })
})

const write = (name: string, sql: string) => writeFile(join(dir, name), sql)
const up = () => migrate(url, { migrationsDir: dir })

test('every migration of the product applies to an empty database, and a second run does nothing', async () => {
  await expect(migrate(url)).resolves.toMatchObject({ failures: [] })
  await expect(migrate(url)).resolves.toEqual({ applied: [], failures: [] })
})

test('a program without migrations starts', async () => {
  await expect(up()).resolves.toEqual({ applied: [], failures: [] })
})

test('migrations run in the order of their numbers, each once', async () => {
  await write('0002_second.sql', 'alter table first add column note text')
  await write('0001_first.sql', 'create table first (id int); insert into first values (1);')
  expect((await up()).applied).toEqual(['0001_first.sql', '0002_second.sql'])
  await write('0003_third.sql', 'insert into first values (2)')
  expect((await up()).applied).toEqual(['0003_third.sql'])
  expect((await database.pool.query('select id, note from first order by id')).rows).toHaveLength(2)
})

test('two processes that migrate at once do the work once', async () => {
  await write('0001_once.sql', 'create table once (id int); select pg_sleep(0.1);')
  const results = await Promise.all([up(), up(), up()])
  expect(results.flatMap((result) => result.applied)).toEqual(['0001_once.sql'])
})

test('a migration that fails leaves nothing of itself and names its file and line', async () => {
  await write('0001_good.sql', 'create table good (id int)')
  await write('0002_bad.sql', 'create table half (id int);\nselect nonsense;')
  await expect(up()).rejects.toThrow(
    'Migration 0002_bad.sql failed: column "nonsense" does not exist (line 2)',
  )
  const { rows } = await database.pool.query(
    "select to_regclass('good') as good, to_regclass('half') as half",
  )
  expect(rows).toEqual([{ good: 'good', half: null }])
})

test('a database that is newer than the program is refused', async () => {
  await write('0001_first.sql', 'select 1')
  await write('0002_later.sql', 'select 1')
  await up()
  await rm(join(dir, '0002_later.sql'))
  await expect(up()).rejects.toThrow('newer than this program: it has migration 0002_later.sql')
})

test('a migration that was edited after it ran is refused', async () => {
  await write('0001_first.sql', 'select 1')
  await up()
  await write('0001_first.sql', 'select 2')
  await expect(up()).rejects.toThrow('Migration 0001_first.sql was changed')
})

test('other line ends do not make another migration', async () => {
  await write('0001_first.sql', 'select 1;\nselect 2;\n')
  await up()
  await write('0001_first.sql', 'select 1;\r\nselect 2;\r\n')
  await expect(up()).resolves.toEqual({ applied: [], failures: [] })
})

test('two files with one number and a misnamed file are refused', async () => {
  await write('0001_a.sql', 'select 1')
  await write('0001_b.sql', 'select 1')
  await expect(up()).rejects.toThrow('same number: 0001_a.sql and 0001_b.sql')
  await rm(join(dir, '0001_b.sql'))
  await write('2-next.sql', 'select 1')
  await expect(up()).rejects.toThrow('not 2-next.sql')
})
