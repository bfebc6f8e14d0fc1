// Renders docs/*.md into the pages that the server shows under /docs/<slug>: static HTML without inline script, an
// index for the search that runs in the page, and the files that the guides link to.
import { build as bundle } from 'esbuild'
import { Marked } from 'marked'
import MiniSearch from 'minisearch'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { escapeHtml, indexHtml, pageHtml } from './page.mjs'
import { PAGES } from './pages.mjs'
import { SEARCH_OPTIONS } from './search-options.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = resolve(here, '../../..')
const docs = join(root, 'docs')
const SNIPPETS = join(here, '../snippets')
const LANGUAGES = [
  ['.sh', 'curl'],
  ['.mjs', 'Node'],
  ['.py', 'Python'],
  ['.go', 'Go'],
  ['.java', 'Java'],
]

/** @param {string} outDir emptied first */
export async function buildGuides(outDir) {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(join(outDir, 'assets'), { recursive: true })
  const files = new Map()
  const sections = []
  for (const [index, page] of PAGES.entries()) {
    const rendered = renderGuide(readFileSync(join(docs, `${page.slug}.md`), 'utf8'), { page, files })
    sections.push(...rendered.sections)
    const html = pageHtml({ page, ...rendered, previous: PAGES[index - 1], next: PAGES[index + 1] })
    writeFileSync(join(outDir, `${page.slug}.html`), html)
  }
  writeFileSync(join(outDir, 'guides.html'), indexHtml())
  for (const [name, source] of files) {
    mkdirSync(dirname(join(outDir, 'files', name)), { recursive: true })
    cpSync(source, join(outDir, 'files', name))
  }
  const search = new MiniSearch(SEARCH_OPTIONS)
  search.addAll(sections.map((section, id) => ({ id, ...section })))
  writeFileSync(join(outDir, 'assets/search.json'), JSON.stringify(search))
  writeFileSync(
    join(outDir, 'assets/guides.css'),
    readFileSync(join(here, '../src/styles/tokens.css'), 'utf8') +
      readFileSync(join(here, 'guides.css'), 'utf8'),
  )
  await bundle({
    entryPoints: [
      { in: join(here, '../src/guides/main.ts'), out: 'main' },
      { in: join(here, '../src/guides/live-signer.ts'), out: 'live-signer' },
    ],
    outdir: join(outDir, 'assets'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
    alias: { '@countersign/sdk/request-signature': join(root, 'packages/sdk/src/request-signature.ts') },
  })
}

/**
 * One guide as HTML with its headings, and its text by section for the search.
 * @throws Error for a link that leads nowhere
 */
export function renderGuide(markdown, { page, files = new Map() }) {
  const headings = []
  const slugs = new Map()
  const sections = [{ page: page.slug, title: page.title, anchor: '', heading: page.title, text: '' }]
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }) {
        const id = anchorOf(text.replace(/[`*]|\]\([^)]*\)|\[/g, ''), slugs)
        const inner = this.parser.parseInline(tokens)
        if (depth === 1) return `<h1>${inner}</h1>\n`
        headings.push({ id, depth, html: inner })
        sections.push({ page: page.slug, title: page.title, anchor: id, heading: plain(text), text: '' })
        return `<h${depth} id="${id}">${inner}<a class="anchor" href="#${id}" aria-label="Link to this section">#</a></h${depth}>\n`
      },
      link({ href, title, tokens }) {
        const inner = this.parser.parseInline(tokens)
        const target = resolveLink(href, { page, files })
        if (target === null) return inner
        const external = /^https?:/.test(target) ? ' rel="noreferrer"' : ''
        const titled = title ? ` title="${escapeHtml(title)}"` : ''
        return `<a href="${escapeHtml(target)}"${titled}${external}>${inner}</a>`
      },
      image({ href, text }) {
        const target = resolveLink(href, { page, files })
        return `<img src="${escapeHtml(target ?? '')}" alt="${escapeHtml(text)}" loading="lazy">`
      },
      code({ text, lang }) {
        sections.at(-1).text += ` ${text.slice(0, 400)}`
        return codeHtml(text, (lang ?? '').split(/\s/)[0])
      },
      table(token) {
        const cells = (row, tag) =>
          row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')
        const body = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')
        return `<div class="table" tabindex="0"><table><thead><tr>${cells(token.header, 'th')}</tr></thead><tbody>${body}</tbody></table></div>\n`
      },
      html({ text }) {
        const snippets = /^<!-- snippets: ([\w-]+) -->/.exec(text)
        return snippets ? snippetsHtml(snippets[1]) : text
      },
    },
  })
  const tokens = marked.lexer(markdown)
  const html = marked.parser(tokens)
  collectText(tokens, sections)
  const title = tokens.find((token) => token.type === 'heading' && token.depth === 1)?.text ?? page.title
  const lead = tokens.find((token) => token.type === 'paragraph')?.text ?? ''
  return { html, headings, sections, title: plain(title), description: plain(lead).slice(0, 160) }
}

/** The words of every section, in the order of the headings. */
function collectText(tokens, sections) {
  let section = 0
  for (const token of tokens) {
    if (token.type === 'heading' && token.depth > 1) section += 1
    else if (token.type !== 'heading' && token.type !== 'code' && token.type !== 'html' && token.raw)
      sections[section].text += ` ${plain(token.raw)}`
  }
}

/** Where a link of a guide leads in the product; null: nowhere that a reader could go. */
function resolveLink(href, { page, files }) {
  if (/^(?:https?:|mailto:|#|\/)/.test(href)) return href
  const [path, anchor] = href.split('#')
  const file = resolve(docs, decodeURI(path))
  if (!existsSync(file)) throw new Error(`docs/${page.slug}.md links to ${href}, which is not there`)
  const guide = dirname(file) === docs && PAGES.find(({ slug }) => basename(file) === `${slug}.md`)
  if (guide) return `/docs/${guide.slug}${anchor ? `#${anchor}` : ''}`
  if (statSync(file).isDirectory() || file.endsWith('.md')) return null
  const name = relative(root, file)
  files.set(name, file)
  return `/docs/files/${name}`
}

/** As code hosts make them, so that one link works in both places. */
function anchorOf(text, taken) {
  const slug = text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\- _]/gu, '')
    .replaceAll(' ', '-')
  const count = taken.get(slug) ?? 0
  taken.set(slug, count + 1)
  return count === 0 ? slug : `${slug}-${count}`
}

function plain(markdown) {
  return (
    markdown
      .replace(/<!--[\s\S]*?-->/g, '')
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      // An underscore inside a word belongs to it: api_key.rotated.
      .replace(/[`*|]|(?<!\w)_|_(?!\w)/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
  )
}

function codeHtml(text, language) {
  const label = language ? ` data-language="${escapeHtml(language)}"` : ''
  return `<div class="code"${label}><pre tabindex="0"><code>${escapeHtml(text)}</code></pre></div>\n`
}

/** The programs of every language for one algorithm, as tabs that also read without script. */
function snippetsHtml(algorithm) {
  const folder = join(SNIPPETS, algorithm)
  const names = readdirSync(folder)
  const panels = LANGUAGES.map(([ending, language]) => {
    const file = names.find((name) => name.endsWith(ending))
    if (!file) throw new Error(`There is no ${language} snippet for ${algorithm}`)
    const code = codeHtml(readFileSync(join(folder, file), 'utf8').trimEnd(), language)
    return `<section class="panel" data-tab="${language}"><h4>${language} <code>${file}</code></h4>${code}</section>`
  })
  return `<div class="tabs" data-tabs="language">${panels.join('')}</div>\n`
}
