import { expect, test } from 'vitest'
import type { LiveRows, LiveSubscriber } from './live-rows.ts'
import { streamRows } from './stream-rows.ts'

type Row = { id: string; text: string }
const row = (number: number, characters: number): Row => ({ id: `r${number}`, text: 'x'.repeat(characters) })
const rowsOf = (count: number, characters: number) =>
  Array.from({ length: count }, (_, number) => row(number, characters))

/** A stream whose rows the test tells. */
async function open(missed: Row[] | null = null) {
  const told: { subscriber?: LiveSubscriber<Row> } = {}
  const live: LiveRows<Row> = {
    async subscribe(_place, subscriber) {
      told.subscriber = subscriber
      return () => {}
    },
    since: async () => ({ rows: missed ?? [], isGap: false, nowMs: 2 }),
    close() {},
  }
  const stream = await streamRows<Row>(live, () => true, {
    place: { workspaceId: 'wks_1', mode: 'test' },
    fits: () => true,
    stateOf: ({ id }) => id,
    write: ({ id, text }, atMs) => `id: ${atMs}\nevent: ${id}\ndata: ${text}\n\n`,
    afterMs: missed ? 1 : undefined,
  })
  stream.setEncoding('utf8')
  let read = ''
  const names = () => [...read.matchAll(/^event: (.+)$/gm)].map(([, name]) => name)
  /** What a reader has got who reads all that is there. */
  const readAll = async () => {
    const onData = (chunk: string) => (read += chunk)
    stream.on('data', onData).resume()
    await new Promise((resolve) => setTimeout(resolve, 20))
    stream.off('data', onData).pause()
    return names()
  }
  return { stream, tell: (rows: Row[]) => told.subscriber!.onRows(rows, 1), readAll }
}

test('a reader who keeps up gets all of a look, however many rows it tells at once', async () => {
  const { stream, tell, readAll } = await open()
  await readAll()
  const rows = rowsOf(2_000, 1_000)
  tell(rows)
  expect(stream.destroyed).toBe(false)
  expect(await readAll()).toEqual(rows.map(({ id }) => id))
  stream.destroy()
})

test('a reader who does not read is cut off at the next look', async () => {
  const { stream, tell } = await open()
  tell(rowsOf(2_000, 1_000))
  expect(stream.destroyed).toBe(false)
  tell([row(1, 1)])
  expect(stream.destroyed).toBe(true)
})

test('no more than a few megabytes wait for a reader who comes back: the newest, after a gap', async () => {
  const { stream, readAll } = await open(rowsOf(1_000, 64 * 1024))
  expect(stream.readableLength).toBeLessThan(5 * 1024 * 1024)
  const names = await readAll()
  expect(names.slice(0, 1)).toEqual(['gap'])
  expect(names.slice(1)).toEqual(
    Array.from({ length: names.length - 1 }, (_, index) => `r${1_000 - names.length + 1 + index}`),
  )
  expect(names.length).toBeGreaterThan(60)
  stream.destroy()
})
