import { spawn, spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { describeBehind, FORWARD_SECRET } from './test-behind-proxy.ts'

const GUIDE = new URL('../../../../docs/forward-auth.md', import.meta.url)
const CONFIGURATION = new URL('../../../../docs/forward-auth/envoy.yaml', import.meta.url)
// Where scripts/test.mjs puts it: distributions have no package of it.
const INSTALLED = new URL('../../../../node_modules/.cache/envoy/envoy/_bin/envoy', import.meta.url)
const ENVOY = ['envoy', fileURLToPath(INSTALLED)].find((one) => spawnSync(one, ['--version']).status === 0)

it('the guide shows the configuration of Envoy that is tested', async () => {
  expect(await readFile(GUIDE, 'utf8')).toContain(await readFile(CONFIGURATION, 'utf8'))
})

describeBehind({
  name: 'Envoy',
  isThere: ENVOY !== undefined,
  showsBody: true,
  tellsOfBody: true,
  async start({ authority, countersign, service, folder }) {
    const portOf = (address: string) => address.split(':')[1] as string
    const text = (await readFile(CONFIGURATION, 'utf8'))
      .replace('address: 0.0.0.0, port_value: 8080', `address: 127.0.0.1, port_value: ${portOf(authority)}`)
      .replaceAll('4747', portOf(countersign))
      .replace('port_value: 3000', `port_value: ${portOf(service)}`)
      .replace('FORWARD_AUTH_SECRET', FORWARD_SECRET)
    const file = join(folder, 'envoy.yaml')
    await writeFile(file, text)
    return spawn(ENVOY!, ['-c', file, '--log-level', 'warn', '--concurrency', '1', '--use-dynamic-base-id'])
  },
})
