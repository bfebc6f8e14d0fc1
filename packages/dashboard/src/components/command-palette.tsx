import { useDebouncedValue } from '@mantine/hooks'
import { ArrowRightIcon, MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react'
import type { Mode } from '../api.ts'
import { foundKeysQuery } from '../keys.ts'
import { idMode, idModeQuery, knownId, type KnownId } from '../known-ids.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import type { CommandsProps } from './command-host.tsx'
import { CommandList } from './command-list.tsx'
import { guideSearch, keyCommand, matching, useCommands, type Command } from './use-commands.tsx'

const TYPING_MS = 120
const TEXT_MAX = 100
const EACH_MAX = 8
// With nothing typed the pages and actions are a menu.
const MENU_MAX = 40

/** One field for where to go and what to do. Focus stays in it; the arrows move through what is found. */
export function CommandPalette({ onAsk }: Pick<CommandsProps, 'onAsk'>) {
  const listId = useId()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<string>()
  const { commands, busy, go } = useFound(text.trim(), onAsk)
  const at = Math.max(
    0,
    commands.findIndex(({ id }) => id === chosen),
  )
  const optionId = (index: number) => `${listId}-${index}`

  const run = (command: Command | undefined) => {
    if (!command) return
    onAsk(null)
    command.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) setChosen(commands[(at + step + commands.length) % commands.length]?.id)
    else if (event.key === 'Enter') run(commands[at])
    else return
    event.preventDefault()
  }
  const onPaste = (event: ClipboardEvent) => {
    const id = knownId(event.clipboardData.getData('text'))
    if (!id) return
    event.preventDefault()
    setText(id.id)
    void go(id)
  }
  return (
    <div className="palette">
      <div className="palette-field">
        <MagnifyingGlassIcon />
        <input
          data-autofocus
          type="text"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setChosen(undefined)
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          placeholder="A page, an API Key, an id, a guide …"
          maxLength={TEXT_MAX}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          role="combobox"
          aria-label="Search or go to"
          aria-expanded={commands.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={commands.length > 0 ? optionId(at) : undefined}
        />
        <button type="button" className="palette-close" onClick={() => onAsk(null)}>
          Close
        </button>
      </div>
      <CommandList
        id={listId}
        {...{ commands, at, optionId }}
        onPoint={(command) => setChosen(command.id)}
        onRun={run}
      />
      <p className="palette-foot" role="status">
        {busy ? 'Searching …' : `${commands.length} found`}
      </p>
    </div>
  )
}

/** What the palette offers for a text, asked of the API where it is about keys or an id. */
function useFound(text: string, onAsk: CommandsProps['onAsk']) {
  const navigate = useNavigate()
  const mode = useMode()
  const always = useCommands(onAsk)
  const id = knownId(text)
  const [settled] = useDebouncedValue(text, TYPING_MS)
  const keys = useQuery({ ...foundKeysQuery(settled), enabled: settled !== '' && !knownId(settled) })
  const { open, go } = useOpenId(onAsk)
  const lookUp = useQuery({ ...idModeQuery(id ?? NO_ID, mode), enabled: id !== null })

  if (text === '') {
    const menu = always.filter(({ group, id: path }) => group !== 'Guides' || path === '/docs/guides')
    return { commands: menu.slice(0, MENU_MAX), busy: false, go }
  }
  if (id) {
    const command: Command = {
      id: id.id,
      group: 'Id',
      name: `${id.name} ${id.id}`,
      icon: <ArrowRightIcon />,
      hint: lookUp.isPending ? 'Looking it up' : lookUpHint(lookUp.data),
      run: () => open(id, lookUp.data ?? mode),
    }
    return { commands: [command], busy: lookUp.isPending, go }
  }
  const busy = settled !== text || keys.isPending
  const keyCommands = (keys.data?.data ?? []).map((key) =>
    keyCommand(key, () => void navigate({ to: '/api-keys/$keyId', params: { keyId: key.id } })),
  )
  const fixed = matching(always, text, EACH_MAX)
  // While keys may still come, Enter must not open something else.
  const last = busy ? [] : [guideSearch(text)]
  const guides = fixed.filter(({ group }) => group === 'Guides')
  const others = fixed.filter(({ group }) => group !== 'Guides')
  return { commands: [...others, ...(settled === text ? keyCommands : []), ...guides, ...last], busy, go }
}

const NO_ID: KnownId = { id: '', name: '', page: '', path: '' }

function lookUpHint(found: Mode | null | undefined): string {
  if (found === undefined) return 'Could not be looked up'
  return found ? MODE_NAMES[found] : 'Not found in this workspace'
}

/** `go` opens a pasted id in the mode that has it, without another key; one that nobody has stays to be read. */
function useOpenId(onAsk: CommandsProps['onAsk']) {
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const mode = useMode()
  const shown = useRef(true)
  useEffect(() => {
    shown.current = true
    return () => void (shown.current = false)
  }, [])
  const open = ({ page }: KnownId, found: Mode) => void navigate({ to: page, search: { mode: found } })
  const go = async (id: KnownId) => {
    const found = await idMode(queryClient, id, mode).catch(() => null)
    if (!found || !shown.current) return
    onAsk(null)
    open(id, found)
  }
  return { open, go }
}
