import { Modal, type ModalProps } from '@mantine/core'
import { useEffect, useState } from 'react'

/** A dialog that is open as long as it is on the page. Whatever opened it has the focus again afterwards. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useReturnFocus()
  return <Modal {...props} opened />
}

/** What is taken off the page, and not only hidden, leaves people who work by keyboard at its top otherwise. */
export function useReturnFocus(): void {
  const [asRendered] = useState(() => document.activeElement)
  useEffect(() => {
    // Of two dialogs that follow each other the first has given it back by now; a menu, and what was pressed, is gone.
    const now = document.activeElement
    const opener = lasting(now === document.body ? asRendered : now)
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
    }
  }, [asRendered])
}

/** The entry of a menu goes with the menu; the button that shows the menu stays. */
function lasting(element: Element | null): Element | null {
  const menu = element?.closest('[role=menu]')
  return menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : element
}
