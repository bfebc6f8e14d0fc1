import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import MiniSearch from 'minisearch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildGuides } from '../../guides/build.mjs'
import { SEARCH_OPTIONS } from '../../guides/search-options.mjs'

const SERVED_ELSEWHERE = /^\/(?:docs|openapi\.json|favicon\.svg|theme\.js|problems(?:\/[a-z-]+)?)?$/
const docs = fileURLToPath(new URL('../../../../docs', import.meta.url))
let folder: string
let pages: Map<string, string>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-guides-'))
  await buildGuides(folder)
  const names = readdirSync(folder).filter((name) => name.endsWith('.html'))
  pages = new Map(names.map((name) => [name.replace('.html', ''), readFileSync(join(folder, name), 'utf8')]))
})

afterAll(() => rmSync(folder, { recursive: true }))

test('every guide of docs/ is among the pages', () => {
  const guides = readdirSync(docs)
    .filter((name) => name.endsWith('.md') && name !== 'design.md')
    .map((name) => name.replace('.md', ''))
  expect([...pages.keys()].sort()).toEqual(expect.arrayContaining(guides))
})

test('every link inside the guides leads to a page, a section or a file that is there', () => {
  for (const [name, html] of pages) {
    for (const [, href = ''] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (/^https?:/.test(href) || SERVED_ELSEWHERE.test(href)) continue
      const [path = '', anchor] = href.startsWith('#') ? [`/docs/${name}`, href.slice(1)] : href.split('#')
      const target = path.replace('/docs/', '')
      const page = pages.get(target)
      if (!page) {
        expect(() => readFileSync(join(folder, target)), `${name} → ${href}`).not.toThrow()
        continue
      }
      if (anchor) expect(page, `${name} → ${href}`).toContain(`id="${anchor}"`)
    }
  }
})

test('no page holds script or style of its own, which the Content-Security-Policy would refuse', () => {
  for (const [name, html] of pages) {
    expect(html, name).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|<style|\son\w+=|javascript:/i)
  }
})

test.each([
  ['overlap', 'rotating-keys'],
  ['signature-expired', 'problems'],
  ['ordering', 'webhooks'],
  ['nginx', 'forward-auth'],
])('a search for “%s” finds the guide “%s” among the first', (words, page) => {
  const index = MiniSearch.loadJSON(readFileSync(join(folder, 'assets/search.json'), 'utf8'), SEARCH_OPTIONS)
  const found = index.search(words, { prefix: true, boost: { heading: 3, title: 2 }, combineWith: 'AND' })
  expect(found.slice(0, 12).map((one) => one['page'] as string)).toContain(page)
})
