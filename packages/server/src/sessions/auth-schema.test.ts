import { getMigrations } from 'better-auth/db/migration'
import { expect, test } from 'vitest'
import { authOptions } from './auth.ts'
import { createPeopleApp } from './test-app.ts'

test('Better Auth finds nothing missing in a migrated database', async () => {
  const people = await createPeopleApp()
  try {
    const plan = await getMigrations(
      authOptions({ ...people, authSecrets: [{ version: 1, value: 'x'.repeat(43) }] }),
    )
    expect(plan.toBeCreated.map(({ table }) => table)).toEqual([])
    expect(plan.toBeAdded).toEqual([])
    expect(plan.schemaProblems).toEqual([])
    expect((await plan.compileMigrations()).replace(/[;\s]/g, '')).toBe('')
  } finally {
    await people.close()
  }
})
