import { Modal, type ModalProps } from '@mantine/core'
import { useEffect } from 'react'

/** A dialog that is open as long as it is on the page. Whatever opened it has the focus again afterwards. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useReturnFocus()
  return <Modal {...props} opened />
}

/** What is taken off the page, and not only hidden, leaves people who work by keyboard at its top otherwise. */
export function useReturnFocus(): void {
  useEffect(() => {
    // Asked here and not while rendering: of two dialogs that follow each other the first has given it back by now.
    const opener = lasting(document.activeElement)
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
    }
  }, [])
}

/** The entry of a menu goes with the menu; the button that shows the menu stays. */
function lasting(element: Element | null): Element | null {
  const menu = element?.closest('[role=menu]')
  return menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : element
}
