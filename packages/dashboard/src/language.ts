// The language in which this person reads code: a taste of this browser, not of the account.
const STORAGE_KEY = 'countersign-language'

/** The language chosen last, or null. */
export function readLanguage(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY)
  } catch {
    // A browser that keeps nothing remembers nothing.
    return null
  }
}

export function rememberLanguage(name: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, name)
  } catch {
    // As above: the choice then holds for this page.
  }
}
