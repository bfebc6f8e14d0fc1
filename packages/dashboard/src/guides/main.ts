// What the guides' pages do beyond being read: search, tabs, copy buttons, the place on the page.
import MiniSearch from 'minisearch'
import { SEARCH_OPTIONS } from '../../guides/search-options.mjs'

type Found = { id: number; page: string; title: string; anchor: string; heading: string }

const RESULTS_MAX = 12
const COPIED_MS = 1_500

addCopyButtons()
makeTabs()
followHeadings()
offerSearch()

function addCopyButtons(): void {
  for (const box of document.querySelectorAll<HTMLElement>('.code')) {
    const button = element('button', { type: 'button', className: 'copy', textContent: 'Copy' })
    button.addEventListener('click', () => {
      const text = box.querySelector('code')?.textContent ?? ''
      void navigator.clipboard.writeText(text).then(() => {
        button.textContent = 'Copied'
        setTimeout(() => (button.textContent = 'Copy'), COPIED_MS)
      })
    })
    box.append(button)
  }
}

/** One choice of language for all tabs of all guides, kept in this browser. */
function makeTabs(): void {
  const groups = [...document.querySelectorAll<HTMLElement>('[data-tabs]')]
  const choose = (name: string): void => {
    for (const group of groups) {
      const panels = [...group.querySelectorAll<HTMLElement>('.panel')]
      if (!panels.some((panel) => panel.dataset['tab'] === name)) continue
      for (const panel of panels) panel.hidden = panel.dataset['tab'] !== name
      for (const tab of group.querySelectorAll<HTMLElement>('[role=tab]')) {
        const isChosen = tab.textContent === name
        tab.setAttribute('aria-selected', String(isChosen))
        tab.tabIndex = isChosen ? 0 : -1
      }
    }
  }
  for (const [index, group] of groups.entries()) {
    const panels = [...group.querySelectorAll<HTMLElement>('.panel')]
    const list = element('div', { className: 'tablist' })
    list.setAttribute('role', 'tablist')
    list.setAttribute('aria-label', 'Language')
    for (const panel of panels) {
      const name = panel.dataset['tab'] ?? ''
      panel.id = `panel-${index}-${name}`
      panel.setAttribute('role', 'tabpanel')
      panel.querySelector('h4')?.remove()
      const tab = element('button', { type: 'button', textContent: name, id: `tab-${index}-${name}` })
      tab.setAttribute('role', 'tab')
      tab.setAttribute('aria-controls', panel.id)
      panel.setAttribute('aria-labelledby', tab.id)
      tab.addEventListener('click', () => {
        remember('guides-language', name)
        choose(name)
      })
      list.append(tab)
    }
    list.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
      if (!step) return
      const tabs = [...list.querySelectorAll<HTMLElement>('[role=tab]')]
      const next =
        tabs[(tabs.indexOf(document.activeElement as HTMLElement) + step + tabs.length) % tabs.length]
      next?.click()
      next?.focus()
    })
    group.prepend(list)
    const first = panels[0]?.dataset['tab']
    if (first) choose(first)
  }
  const kept = recall('guides-language')
  if (kept) choose(kept)
}

function followHeadings(): void {
  const links = new Map(
    [...document.querySelectorAll<HTMLAnchorElement>('aside a')].map((link) => [link.hash.slice(1), link]),
  )
  if (links.size === 0) return
  const watch = new IntersectionObserver(
    (entries) => {
      const seen = entries.find((entry) => entry.isIntersecting)
      if (!seen) return
      for (const link of links.values()) link.removeAttribute('aria-current')
      links.get(seen.target.id)?.setAttribute('aria-current', 'location')
    },
    { rootMargin: '-64px 0px -70% 0px' },
  )
  for (const id of links.keys()) {
    const heading = document.getElementById(id)
    if (heading) watch.observe(heading)
  }
}

function offerSearch(): void {
  const box = document.querySelector<HTMLElement>('.search')
  const input = document.querySelector<HTMLInputElement>('#search')
  const list = document.querySelector<HTMLElement>('#found')
  if (!box || !input || !list) return
  box.hidden = false
  let index: Promise<MiniSearch<Found>> | undefined
  let selected = -1

  const load = () =>
    (index ??= fetch('/docs/assets/search.json').then(async (answer) =>
      MiniSearch.loadJSON<Found>(await answer.text(), SEARCH_OPTIONS),
    ))
  const close = (): void => {
    list.hidden = true
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
  const select = (next: number): void => {
    const options = [...list.querySelectorAll<HTMLElement>('[role=option]')]
    selected = options.length === 0 ? -1 : (next + options.length) % options.length
    for (const [at, option] of options.entries())
      option.setAttribute('aria-selected', String(at === selected))
    options[selected]?.scrollIntoView({ block: 'nearest' })
    const id = options[selected]?.id
    if (id) input.setAttribute('aria-activedescendant', id)
  }
  const show = async (): Promise<void> => {
    const words = input.value.trim()
    if (words === '') return close()
    const found = (await load())
      .search(words, { prefix: true, fuzzy: 0.15, boost: { heading: 3, title: 2 }, combineWith: 'AND' })
      .slice(0, RESULTS_MAX) as unknown as Found[]
    if (input.value.trim() !== words) return
    list.replaceChildren(...(found.length > 0 ? found.map(resultItem) : [nothing(words)]))
    list.hidden = false
    input.setAttribute('aria-expanded', 'true')
    select(0)
  }
  input.addEventListener('focus', () => void load())
  input.addEventListener('input', () => void show())
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') select(selected + 1)
    else if (event.key === 'ArrowUp') select(selected - 1)
    else if (event.key === 'Enter') list.querySelector<HTMLElement>('[aria-selected=true] a')?.click()
    else if (event.key === 'Escape') close()
    else return
    event.preventDefault()
  })
  // The dashboard's palette asks with the address.
  const asked = new URLSearchParams(location.search).get('q')
  if (asked) {
    input.value = asked
    input.focus()
    void show()
  }
  document.addEventListener('click', (event) => {
    if (!box.contains(event.target as Node)) close()
  })
  document.addEventListener('keydown', (event) => {
    const isTyping = /^(?:INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '')
    if (event.key !== '/' || isTyping) return
    event.preventDefault()
    input.focus()
  })
}

function resultItem(found: Found): HTMLElement {
  const item = element('li', { id: `found-${found.id}` })
  item.setAttribute('role', 'option')
  const link = element('a', {
    href: `/docs/${found.page}${found.anchor ? `#${found.anchor}` : ''}`,
    tabIndex: -1,
  })
  link.append(found.heading)
  if (found.heading !== found.title) link.append(element('small', { textContent: found.title }))
  item.append(link)
  return item
}

function nothing(words: string): HTMLElement {
  return element('p', { textContent: `Nothing about “${words}”. Try another word, or the API reference.` })
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
): HTMLElementTagNameMap[Name] {
  return Object.assign(document.createElement(name), properties)
}

// A browser may forbid storage; the choice then lasts as long as the page.
function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {}
}
function recall(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
