import { spawn, spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeBehind, FORWARD_SECRET } from './test-behind-proxy.ts'

const GUIDE = new URL('../../../../docs/forward-auth.md', import.meta.url)
const CONFIGURATION = new URL('../../../../docs/forward-auth/Caddyfile', import.meta.url)

it('the guide shows the configuration of Caddy that is tested', async () => {
  expect(await readFile(GUIDE, 'utf8')).toContain(await readFile(CONFIGURATION, 'utf8'))
})

describeBehind({
  name: 'Caddy',
  isThere: spawnSync('caddy', ['version']).status === 0,
  showsBody: false,
  tellsOfBody: false,
  async start({ authority, countersign, service, folder }) {
    const site = (await readFile(CONFIGURATION, 'utf8'))
      .replace('pay.example.com {', `http://${authority} {`)
      .replace('127.0.0.1:4747', countersign)
      .replace('127.0.0.1:3000', service)
    const file = join(folder, 'Caddyfile')
    await writeFile(file, `{\n\tadmin off\n\tauto_https off\n}\n${site}`)
    // Its settings and certificates would lie at home.
    const env = { PATH: process.env['PATH'], HOME: folder, FORWARD_AUTH_SECRET: FORWARD_SECRET }
    return spawn('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], { env })
  },
})
