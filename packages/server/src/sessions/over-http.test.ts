import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createPeopleApp, TEST_ORIGIN } from './test-app.ts'

test('a person signs up, works and signs out over a real socket, as in production', async () => {
  const people = await createPeopleApp({ validateResponses: false })
  try {
    await people.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = people.app.server.address() as AddressInfo
    const url = (path: string) => `http://127.0.0.1:${port}${path}`
    const headers = { origin: TEST_ORIGIN, 'content-type': 'application/json' }
    const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
    const signUp = await fetch(url('/auth/sign-up/email'), {
      method: 'POST',
      headers,
      body: JSON.stringify(person),
    })
    expect(signUp.status).toBe(200)
    expect(signUp.headers.get('cache-control')).toBe('no-store')
    const cookie = signUp.headers.getSetCookie()[0]?.split(';')[0] as string

    const sessions = await fetch(url('/v1/sessions'), { headers: { cookie } })
    const { data } = (await sessions.json()) as { data: { id: string; current: boolean; ip: string }[] }
    expect(data).toMatchObject([{ current: true, ip: '127.0.0.1' }])
    const revoked = await fetch(url(`/v1/sessions/${data[0]?.id}`), {
      method: 'DELETE',
      headers: { origin: TEST_ORIGIN, cookie },
    })
    expect([revoked.status, await revoked.text()]).toEqual([204, ''])
    expect((await fetch(url('/v1/me'), { headers: { cookie } })).status).toBe(401)

    // A program without cookies needs no Origin to sign in.
    const signIn = await fetch(url('/auth/sign-in/email'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person),
    })
    expect(signIn.status).toBe(200)
    const again = signIn.headers.getSetCookie()[0]?.split(';')[0] as string
    const signOut = await fetch(url('/auth/sign-out'), {
      method: 'POST',
      headers: { ...headers, cookie: again },
      body: '{}',
    })
    expect(signOut.status).toBe(200)
    expect((await fetch(url('/v1/me'), { headers: { cookie: again } })).status).toBe(401)
  } finally {
    await people.close()
  }
})
