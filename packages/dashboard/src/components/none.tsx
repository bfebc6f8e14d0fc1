/** Stands in a cell where there is nothing. */
export function None() {
  return (
    <span className="quiet" aria-label="None">
      –
    </span>
  )
}
