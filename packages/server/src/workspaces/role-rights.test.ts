import { expect, test } from 'vitest'
import { ROLES } from '../sessions/principal.ts'
import { createPeopleApp } from '../sessions/test-app.ts'
import { ROLE_RIGHTS } from './role-rights.ts'

test('what the Team page says that each role may do is what the routes let it do, no more and no less', async () => {
  const people = await createPeopleApp()
  try {
    const enforced = new Set<string>()
    for (const { access } of people.app.apiRoutes) {
      if (access.public || access.operator || !access.doors.includes('member')) continue
      const role = access.role ?? (access.action === 'read' ? 'viewer' : 'developer')
      // What names no resource is there for everybody: currencies, the clock, who am I.
      if (access.resource === null) expect(role).toBe('viewer')
      else enforced.add(`${role} ${access.resource}:${access.action}`)
    }
    const said = ROLE_RIGHTS.flatMap(({ role, allows }) => allows.map((one) => `${role} ${one}`))
    expect([...new Set(said)].toSorted()).toEqual([...enforced].toSorted())
    expect(said).toHaveLength(new Set(said).size)

    const browser = people.browser()
    await browser.signUp()
    const { body } = await browser.get('/v1/roles')
    expect(body.data.map(({ role }: { role: string }) => role)).toEqual([...ROLES])
    expect(body.data.flatMap(({ may }: { may: string[] }) => may)).toEqual(
      ROLE_RIGHTS.map(({ says }) => says),
    )
  } finally {
    await people.close()
  }
})
