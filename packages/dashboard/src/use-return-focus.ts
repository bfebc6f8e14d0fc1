import { useEffect } from 'react'

/**
 * Gives the focus back to whatever opened a dialog when it closes: a dialog that is taken off the page, and not only
 * hidden, leaves people who work by keyboard at the top of the page otherwise.
 */
export function useReturnFocus(): void {
  useEffect(() => {
    // Asked here and not while rendering: of two dialogs that follow each other the first has given it back by now.
    const opener = document.activeElement
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
    }
  }, [])
}
