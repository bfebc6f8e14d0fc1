import '../styles/explorer.css'
import { TextInput } from '@mantine/core'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { useDeferredValue, useEffect, useRef, useState, type RefObject } from 'react'
import type { TransactionLogDetail } from '../api-types.ts'
import { LoggedMessageView } from './logged-message.tsx'
import { FindText } from './marked-text.tsx'

/** Request and response side by side, with one search through both. */
export function LoggedMessages({ log }: { log: TransactionLogDetail }) {
  const [text, setText] = useState('')
  const find = useDeferredValue(text.trim())
  const place = useRef<HTMLDivElement>(null)
  const { count, at, step } = useFound(place, find)
  return (
    <div className="stack" ref={place}>
      <div className="find">
        <TextInput
          aria-label="Find in request and response"
          placeholder="Find in request and response…"
          leftSection={<MagnifyingGlassIcon />}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') step(event.shiftKey ? -1 : 1)
            else if (event.key === 'Escape' && text !== '') setText('')
            else return
            event.preventDefault()
          }}
        />
        <span className="small quiet" role="status">
          {find !== '' && (count === 0 ? 'Not found' : `${at + 1} of ${count}`)}
        </span>
      </div>
      <FindText value={find}>
        <div className="side-by-side">
          <LoggedMessageView title="Request" message={log.request} />
          <LoggedMessageView title="Response" message={log.response} />
        </div>
      </FindText>
    </div>
  )
}

/** Counts the marks of a search in the page and walks through them. */
function useFound(place: RefObject<HTMLElement | null>, find: string) {
  const [count, setCount] = useState(0)
  const [at, setAt] = useState(0)
  const marks = () => [...(place.current?.querySelectorAll<HTMLElement>('mark.found') ?? [])]
  const show = (index: number, isAsked: boolean) => {
    for (const [each, mark] of marks().entries()) mark.toggleAttribute('data-current', each === index)
    if (isAsked) marks()[index]?.scrollIntoView({ block: 'center' })
    setAt(index)
  }
  // What is marked is known once it is on the page.
  useEffect(() => {
    setCount(marks().length)
    show(0, false)
    // oxlint-disable-next-line react/exhaustive-deps -- both read the page as it is
  }, [find])
  return {
    count,
    at,
    step: (by: 1 | -1) => {
      if (count > 0) show((at + by + count) % count, true)
    },
  }
}
