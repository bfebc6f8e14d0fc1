import type { ReactNode } from 'react'
import { useMe } from '../session.ts'
import { Note } from './states.tsx'

/** Operators' pages ask for nothing that the server would refuse anyway. */
export function OperatorOnly({ children }: { children: ReactNode }) {
  if (useMe().is_operator) return children
  return (
    <Note tone="bad">Only operators of this server see this page. Sign in with an operator’s account.</Note>
  )
}
