import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * The Chromium that is installed: CHROMIUM_PATH, or the first of its usual names on the PATH.
 * @throws Error when there is none
 */
export function chromiumPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  const found = process.env['CHROMIUM_PATH'] ?? candidates.find((path) => existsSync(path))
  if (!found) throw new Error('No Chromium: install it, or name it in CHROMIUM_PATH.')
  return found
}
