/** Text that PostgreSQL can keep: no NUL, no half of a surrogate pair. */
export function storable(text: string): boolean {
  // Of ES2024, which Node has and the type library of ES2023 does not; a pattern would look at each character.
  return (text as string & { isWellFormed(): boolean }).isWellFormed() && !text.includes('\0')
}
