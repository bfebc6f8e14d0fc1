import type { FormEvent } from 'react'

/** Stops the browser's own submit and gives the texts of the form by field name. */
export function formTexts(event: FormEvent<HTMLFormElement>): (name: string) => string {
  event.preventDefault()
  const fields = new FormData(event.currentTarget)
  return (name) => {
    const value = fields.get(name)
    return typeof value === 'string' ? value : '' // a file is never asked for
  }
}
