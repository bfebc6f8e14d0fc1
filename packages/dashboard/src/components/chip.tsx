import { CheckIcon, CopyIcon } from '@radix-ui/react-icons'
import { useEffect, useRef, useState } from 'react'

const COPIED_MS = 1_500

/** A button that copies `value`; says so to eyes (a check) and to ears ("Copied"). */
export function CopyButton({ value, what }: { value: string; what: string }) {
  const { copied, copy } = useCopy(value)
  return (
    <button
      type="button"
      className="copy keep"
      title={`Copy ${what}`}
      aria-label={copied ? 'Copied' : `Copy ${what}`}
      onClick={(event) => {
        event.stopPropagation() // rows around it open on click
        void copy() // copyText has its own fallback
      }}
    >
      {copied ? <CheckIcon color="var(--good)" /> : <CopyIcon />}
      <span className="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  )
}

/** A text that copies something longer than itself. */
export function TextCopyButton({ value, children }: { value: string; children: string }) {
  const { copied, copy } = useCopy(value)
  return (
    <button type="button" className="link-button" onClick={() => void copy()}>
      {copied ? 'Copied' : children}
      <span className="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  )
}

type ChipProps = {
  value: string
  /** Shortens what is shown, never what is copied. */
  display?: string
  what?: string
  /** Without its frame, where many stand below each other. */
  bare?: boolean
}

/** An id in monospace with its copy button. */
export function Chip({ value, display, what = 'id', bare }: ChipProps) {
  return (
    <span className="chip" data-bare={bare || undefined} title={value}>
      <code>{display ?? value}</code>
      <CopyButton value={value} what={what} />
    </span>
  )
}

/** Shortens the middle of a long id: the prefix says what it is, the end tells two apart. */
export function shortened(value: string, head = 12, tail = 4): string {
  return value.length <= head + tail + 1 ? value : `${value.slice(0, head)}…${value.slice(-tail)}`
}

function useCopy(value: string) {
  const [copied, setCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const copy = async () => {
    await copyText(value)
    setCopied(true)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setCopied(false), COPIED_MS)
  }
  return { copied, copy }
}

async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // Plain http away from localhost has no clipboard API; a selected field still copies.
    const field = document.createElement('textarea')
    field.value = text
    document.body.append(field)
    field.select()
    document.execCommand('copy')
    field.remove()
  }
}
