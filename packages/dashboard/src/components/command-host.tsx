import { notifications } from '@mantine/notifications'
import { useEffect, useState } from 'react'
import type { Commands } from './commands.tsx'

/** What of the keyboard's help is open. */
export type Asked = 'palette' | 'shortcuts' | null
export type CommandsProps = { asked: Asked; onAsk: (asked: Asked) => void }

/** The key that goes with a letter to a command of the page. */
export const COMMAND_KEY = /^(?:Mac|iP)/.test(navigator.platform) ? '⌘' : 'Ctrl'

/** Listens for Ctrl+K from the first paint on; palette and shortcuts come after it, out of the way of the page. */
export function CommandHost({ asked, onAsk }: CommandsProps) {
  const [Loaded, setLoaded] = useState<typeof Commands>()
  useEffect(() => {
    if (Loaded) return
    let gone = false
    const load = () =>
      import('./commands.tsx').then(
        (module) => !gone && setLoaded(() => module.Commands),
        () => {
          if (gone || !asked) return
          onAsk(null)
          notifications.show({
            color: 'red',
            message: 'The search could not be loaded. Check the connection, then try again.',
          })
        },
      )
    // After the frame in which the page is painted.
    const timer = setTimeout(() => void load(), 0)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [Loaded, asked, onAsk])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isOurs = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey
      if (!isOurs || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      if (asked === 'palette') return onAsk(null)
      // An open dialog may hold a form, or a secret that is shown once.
      if (!asked && document.querySelector('[role=dialog]')) return
      onAsk('palette')
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [asked, onAsk])

  return Loaded ? <Loaded asked={asked} onAsk={onAsk} /> : null
}
