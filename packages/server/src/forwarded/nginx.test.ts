import { spawn, spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeBehind, FORWARD_SECRET } from './test-behind-proxy.ts'

const GUIDE = new URL('../../../../docs/forward-auth.md', import.meta.url)
const CONFIGURATION = new URL('../../../../docs/forward-auth/nginx.conf', import.meta.url)

it('the guide shows the configuration of nginx that is tested', async () => {
  expect(await readFile(GUIDE, 'utf8')).toContain(await readFile(CONFIGURATION, 'utf8'))
})

describeBehind(
  {
    name: 'nginx',
    isThere: spawnSync('nginx', ['-v']).status === 0,
    showsBody: false,
    tellsOfBody: true,
    async start({ authority, countersign, service, folder }) {
      const site = (await readFile(CONFIGURATION, 'utf8'))
        .replace('127.0.0.1:4747', countersign)
        .replace('127.0.0.1:3000', service)
        .replace('listen 8080', `listen ${authority}`)
        .replaceAll('FORWARD_AUTH_SECRET', FORWARD_SECRET)
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
        .join('\n')
      await writeFile(join(folder, 'site.conf'), site)
      await writeFile(
        join(folder, 'nginx.conf'),
        `daemon off; master_process off; pid ${join(folder, 'pid')}; error_log stderr warn;
         events { worker_connections 64; }
         http { access_log off; ${temporary} include ${join(folder, 'site.conf')}; }`,
      )
      return spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')])
    },
  },
  (send) => {
    it('the inner address of the check cannot be called from outside', async () => {
      expect((await send()('GET', '/_countersign', {})).status).toBe(404)
    })
  },
)
