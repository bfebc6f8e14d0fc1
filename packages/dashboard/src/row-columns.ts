import { useMemo, useState, type ReactNode } from 'react'

export type RowColumn<Row> = {
  id: string
  name: string
  /** In pixels; what the row is about takes what is left. */
  width: number
  isNumber?: boolean
  /** Left out beside an open row. */
  isSpare?: boolean
  /** One of the three that a narrow window shows under what the row is about; the last of them stands at the end. */
  isNarrow?: boolean
  cell: (row: Row) => ReactNode
}

export type Columns<Row> = {
  all: readonly RowColumn<Row>[]
  chosen: readonly string[]
  /** The chosen ones, in their order. */
  shown: readonly RowColumn<Row>[]
  toggle(id: string, isOn: boolean): void
}

/**
 * The columns of a list, those that somebody chose.
 * @param all must stay the same object while they do
 * @param remembered under which name this browser keeps the choice, and what it is before one was made
 */
export function useColumns<Row>(
  all: readonly RowColumn<Row>[],
  remembered: { key: string; atFirst: readonly string[] },
): Columns<Row> {
  const [chosen, setChosen] = useState(() => readChoice(remembered))
  const shown = useMemo(() => all.filter(({ id }) => chosen.includes(id)), [all, chosen])
  return {
    all,
    chosen,
    shown,
    toggle(id, isOn) {
      const next = all.map((each) => each.id).filter((each) => (each === id ? isOn : chosen.includes(each)))
      setChosen(next)
      rememberChoice(remembered.key, next)
    },
  }
}

// Which columns somebody wants is a taste of this browser.
function readChoice({ key, atFirst }: { key: string; atFirst: readonly string[] }): readonly string[] {
  try {
    // None at all is a choice, too. Names that are no columns (any more) choose nothing.
    return localStorage.getItem(key)?.split(',') ?? atFirst
  } catch {
    return atFirst // a browser that keeps nothing remembers nothing
  }
}

function rememberChoice(key: string, ids: readonly string[]): void {
  try {
    localStorage.setItem(key, ids.join(','))
  } catch {
    // As above: the choice then holds for this page.
  }
}
