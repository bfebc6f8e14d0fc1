import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { createDatabase } from '../../packages/server/src/database/create-database.ts'
import { SERVER_CORE, type Answer } from './compare.ts'
import type { Countersign } from './countersign.ts'
import { startProgram, type Program } from './programs.ts'

// Its peer dependencies do not resolve beside the Better Auth that the product uses, so it gets a folder of its own.
const PACKAGES = [
  '@better-auth/utils@0.4.2',
  'better-call@1.4.0',
  'better-auth@1.7.5',
  '@better-auth/api-key@1.7.5',
  'pg@8.23.1',
]

/** node:http with `http-message-sig`, answering the same. */
export function startGenericSignatures(answer: Answer, secret: string): Promise<Program> {
  return startProgram('bench/rivals/generic-signatures.ts', {
    core: SERVER_CORE,
    env: { ANSWER: JSON.stringify(answer), SECRET: secret },
  })
}

/** node:http with Better Auth's API keys, on a database of its own in the same Postgres. */
export async function startBetterAuth(
  folder: string,
  answer: Answer,
  postgres: Countersign,
): Promise<Program> {
  const home = join(folder, 'better-auth')
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{"private":true,"type":"module"}')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', ...PACKAGES], {
    cwd: home,
  })
  copyFileSync(fileURLToPath(new URL('../rivals/better-auth.mjs', import.meta.url)), join(home, 'server.mjs'))
  await createDatabase(postgres.databaseUrl('postgres'), 'better_auth')
  return startProgram(join(home, 'server.mjs'), {
    core: SERVER_CORE,
    env: { ANSWER: JSON.stringify(answer), DATABASE_URL: postgres.databaseUrl('better_auth') },
  })
}
