import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { Asked } from './components/command-host.tsx'
import { PLACES_BY_LETTER } from './components/places.tsx'

// So long `g` waits for its letter.
const SECOND_KEY_MS = 1_500

/** Whether a key that is pressed there is text. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select, [role=textbox]') !== null)
  )
}

/** `?` shows the shortcuts; `g`, then a letter, goes to a page. Not while somebody types or a dialog is open. */
export function useShortcuts(on: boolean, onAsk: (asked: Asked) => void): void {
  const navigate = useNavigate()
  const begun = useRef(-Infinity)
  useEffect(() => {
    if (!on) return
    const onKey = (event: KeyboardEvent) => {
      const afterG = event.timeStamp - begun.current < SECOND_KEY_MS
      if (event.key === 'Shift') return
      begun.current = -Infinity
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return
      if (isTyping(event.target) || document.querySelector('[role=dialog], [role=menu]')) return
      const place = afterG ? PLACES_BY_LETTER.get(event.key.toLowerCase()) : undefined
      if (place) {
        event.preventDefault()
        void navigate({ to: place.to }) // the router reports its own failures
      } else if (event.key === '?') {
        event.preventDefault()
        onAsk('shortcuts')
      } else if (event.key === 'g') begun.current = event.timeStamp
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [on, onAsk, navigate])
}
