import { GROUPS } from './pages.mjs'

export function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A guide with its navigation, its contents and its neighbours. */
export function pageHtml({ page, html, headings, title, description, previous, next }) {
  const contents = headings.filter(({ depth }) => depth === 2 || depth === 3)
  const list = contents.map(
    ({ id, depth, html: text }) =>
      `<li class="depth-${depth}"><a href="#${id}">${text.replace(/<\/?a[^>]*>/g, '')}</a></li>`,
  )
  const aside =
    contents.length > 1
      ? `<aside aria-label="On this page"><p>On this page</p><ul>${list.join('')}</ul></aside>`
      : ''
  const step = (target, side) =>
    target
      ? `<a class="${side}" href="/docs/${target.slug}"><span>${side}</span>${escapeHtml(target.title)}</a>`
      : ''
  return layout({
    title,
    description,
    slug: page.slug,
    body: `<article>${html}<nav class="steps" aria-label="Neighbouring guides">${step(previous, 'Previous')}${step(next, 'Next')}</nav></article>${aside}`,
    scripts: html.includes('data-live-signer') ? ['main', 'live-signer'] : ['main'],
  })
}

/** The list of all guides. */
export function indexHtml() {
  const groups = GROUPS.map(
    ({ title, pages }) =>
      `<section><h2>${title}</h2><ul>${pages.map(({ slug, title: name }) => `<li><a href="/docs/${slug}">${escapeHtml(name)}</a></li>`).join('')}</ul></section>`,
  )
  return layout({
    title: 'Guides',
    description: 'How to sign requests, receive webhooks, test, and go live.',
    slug: 'guides',
    body: `<article class="index"><h1>Guides</h1><p>From the first signed request to Production Mode. Every call with its fields is in the <a href="/docs">API reference</a>.</p><div class="groups">${groups.join('')}</div></article>`,
    scripts: ['main'],
  })
}

function layout({ title, description, slug, body, scripts }) {
  const navigation = GROUPS.map(
    ({ title: group, pages }) =>
      `<p>${group}</p><ul>${pages
        .map((page) => {
          const current = page.slug === slug ? ' aria-current="page"' : ''
          return `<li><a href="/docs/${page.slug}"${current}>${escapeHtml(page.title)}</a></li>`
        })
        .join('')}</ul>`,
  ).join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Countersign</title><meta name="description" content="${escapeHtml(description)}">
<link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/docs/assets/guides.css">
<script src="/theme.js"></script>${scripts.map((name) => `<script type="module" src="/docs/assets/${name}.js"></script>`).join('')}</head>
<body><a class="skip" href="#content">Skip to content</a>
<header><a class="brand" href="/docs/guides"><img src="/favicon.svg" alt="" width="22" height="22">Countersign <span>Guides</span></a>
<div class="search" role="search" hidden><label for="search">Search the guides</label><input id="search" type="search" placeholder="Search" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list"><ul id="found" role="listbox" aria-label="Found" hidden></ul></div>
<nav aria-label="Elsewhere"><a href="/docs">API reference</a><a href="/">Dashboard</a></nav></header>
<div class="columns"><details class="menu"><summary>All guides</summary><nav aria-label="Guides">${navigation}</nav></details>
<nav class="side" aria-label="Guides">${navigation}</nav>
<main id="content" tabindex="-1">${body}</main></div></body></html>
`
}
