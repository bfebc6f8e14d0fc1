/** What the benches share: a cluster of their own, rounds, medians, tables and the line that names the machine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Database } from '../packages/server/src/database/database.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { migrate } from '../packages/server/src/database/migrate.ts'

export type Cluster = { database: Database; postgres: EmbeddedPostgres }

/** Runs work on an embedded Postgres with the product's own settings, made for it and removed after it. */
export async function withCluster(
  work: (cluster: Cluster) => Promise<void>,
  { connectionsMax = 20 }: { connectionsMax?: number } = {},
): Promise<void> {
  await withFolder(async (dataDir) => {
    const postgres = await startEmbeddedPostgres({ dataDir })
    let database: Database | undefined
    try {
      await migrate(postgres.url)
      database = openDatabase(postgres.url, { connectionsMax })
      await work({ database, postgres })
    } finally {
      await database?.close()
      await postgres.stop()
    }
  })
}

export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

/** The machine, the runtime, the day, and how busy others kept the machine. */
export function machine(): string {
  const [load = 0] = loadavg()
  const day = new Date().toISOString().slice(0, 10)
  return `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${day}, load when this began: ${load.toFixed(1)}`
}

/**
 * Measures every case once, then every case again, so that what disturbs the machine disturbs all alike.
 * @returns for each case its measurements, in the order of the rounds
 */
export async function interleave<T>(
  rounds: number,
  cases: Record<string, () => Promise<T> | T>,
): Promise<Record<string, T[]>> {
  const results: Record<string, T[]> = {}
  for (let round = 0; round < rounds; round += 1)
    for (const [name, measure] of Object.entries(cases)) (results[name] ??= []).push(await measure())
  return results
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Prints the results and keeps them in `bench/results`. */
export async function report(name: string, paragraphs: readonly string[]): Promise<void> {
  const text = `${paragraphs.join('\n\n')}\n`
  process.stdout.write(text)
  await writeFile(new URL(`results/${name}.md`, import.meta.url), text)
}
