import { useMantineColorScheme } from '@mantine/core'
import {
  DesktopIcon,
  ExternalLinkIcon,
  LightningBoltIcon,
  LockClosedIcon,
  MagnifyingGlassIcon,
  MoonIcon,
  PlusIcon,
  ReaderIcon,
  SunIcon,
} from '@radix-ui/react-icons'
import { useMatches, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { PAGES as GUIDES } from '../../guides/pages.mjs'
import type { ApiKey } from '../api-types.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useProductionLock } from '../production-lock.ts'
import { useMe } from '../session.ts'
import type { Asked } from './command-host.tsx'
import { BeakerIcon, KeyIcon } from './icons.tsx'
import { placesOf } from './places.tsx'

/** Something that the palette offers. */
export type Command = {
  id: string
  group: string
  name: string
  icon: ReactNode
  /** Other words that find it. */
  words?: string
  /** What stands beside the name. */
  hint?: ReactNode
  run: () => void
}

// A new tab keeps the page, and what is typed in it.
const openTab = (href: string) => window.open(href, '_blank', 'noopener')

/** Everything that is the same whatever is typed: pages, actions, guides. */
export function useCommands(onAsk: (asked: Asked) => void): Command[] {
  const me = useMe()
  const navigate = useNavigate()
  const actions = useActions(onAsk)
  const pages = placesOf(me).map((place) => ({
    id: place.to,
    group: 'Pages',
    name: place.name,
    icon: place.icon,
    hint: place.letter && (
      <>
        <kbd>g</kbd> <kbd>{place.letter}</kbd>
      </>
    ),
    run: () => void navigate({ to: place.to }), // the router reports its own failures
  }))
  const guides = [
    { path: '/docs/guides', title: 'All guides', group: 'docs documentation help search' },
    { path: '/docs', title: 'API reference', group: 'docs documentation openapi' },
    ...GUIDES.map(({ slug, title, group }) => ({ path: `/docs/${slug}`, title, group })),
  ].map(({ path, title, group }) => ({
    id: path,
    group: 'Guides',
    name: title,
    words: `guide ${group}`,
    icon: <ReaderIcon />,
    hint: <ExternalLinkIcon aria-label="(opens a new tab)" />,
    run: () => void openTab(path),
  }))
  return [...pages, ...actions, ...guides]
}

function useActions(onAsk: (asked: Asked) => void): Command[] {
  const navigate = useNavigate()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const act = (name: string, rest: Omit<Command, 'id' | 'group' | 'name'>): Command => ({
    id: name,
    group: 'Actions',
    name,
    ...rest,
  })
  const themes = [
    { value: 'light', name: 'Light theme', icon: <SunIcon /> },
    { value: 'dark', name: 'Dark theme', icon: <MoonIcon /> },
    { value: 'auto', name: 'Theme like the system', icon: <DesktopIcon /> },
  ] as const
  return [
    act('Create API Key', {
      icon: <PlusIcon />,
      words: 'new',
      run: () => void navigate({ to: '/api-keys/new' }),
    }),
    act('Add Webhook', {
      icon: <PlusIcon />,
      words: 'new create endpoint',
      run: () => void navigate({ to: '/webhooks/new' }),
    }),
    useModeSwitch(act),
    ...themes
      .filter(({ value }) => value !== colorScheme)
      .map(({ value, name, icon }) => act(name, { icon, run: () => setColorScheme(value) })),
    act('Keyboard shortcuts', {
      icon: <ReaderIcon />,
      words: 'keys help',
      hint: <kbd>?</kbd>,
      run: () => onAsk('shortcuts'),
    }),
  ]
}

function useModeSwitch(
  act: (name: string, rest: Omit<Command, 'id' | 'group' | 'name'>) => Command,
): Command {
  const mode = useMode()
  const lock = useProductionLock()
  const navigate = useNavigate()
  // Pages that show both modes would not change: Home does.
  const showsBoth = useMatches({ select: (matches) => matches.at(-1)?.staticData.scope === 'workspace' })
  const next = mode === 'test' ? 'production' : 'test'
  if (next === 'production' && lock.locked)
    return act('What opens Production Mode', {
      icon: <LockClosedIcon />,
      words: 'switch mode activation locked',
      run: () => void navigate({ to: '/activation' }),
    })
  return act(`Switch to ${MODE_NAMES[next]}`, {
    icon: next === 'test' ? <BeakerIcon /> : <LightningBoltIcon />,
    words: 'mode',
    run: () => void navigate({ to: showsBoth ? '/' : '.', search: { mode: next } }),
  })
}

/** A key, by its name and the beginning of its Public Key. */
export function keyCommand(key: ApiKey, run: () => void): Command {
  return {
    id: key.id,
    group: 'API Keys',
    name: key.name,
    icon: <KeyIcon />,
    hint: (
      <>
        {MODE_NAMES[key.mode]} <code>{key.public_key.slice(0, 16)}…</code>
      </>
    ),
    run,
  }
}

/** The guides' own search, with the words that are typed. */
export const guideSearch = (words: string): Command => ({
  id: 'guide-search',
  group: 'Guides',
  name: `Search the guides for “${words}”`,
  icon: <MagnifyingGlassIcon />,
  hint: <ExternalLinkIcon aria-label="(opens a new tab)" />,
  run: () => void openTab(`/docs/guides?q=${encodeURIComponent(words)}`),
})

/** The commands that hold every word, those with a word that begins with the text first; few of each group. */
export function matching(commands: Command[], text: string, eachMax: number): Command[] {
  const folded = text.toLowerCase()
  const words = folded.split(/\s+/)
  const fits = ({ name, words: more = '' }: Command) => {
    const all = `${name} ${more}`.toLowerCase()
    return words.every((word) => all.includes(word))
  }
  const found = commands.filter(fits)
  const begins = ({ name }: Command) => (` ${name.toLowerCase()}`.includes(` ${folded}`) ? 0 : 1)
  const groups = [...new Set(found.map(({ group }) => group))].map((group) =>
    found
      .filter((command) => command.group === group)
      .sort((one, other) => begins(one) - begins(other))
      .slice(0, eachMax),
  )
  // The group with the best hit stands first, so that Enter does what the text says.
  return groups.sort((one, other) => best(one) - best(other)).flat()

  function best(group: Command[]): number {
    return group[0] ? begins(group[0]) : 1
  }
}
