import { UnreadablePaste } from './sent-request.ts'

const SIMPLE_ESCAPES: Record<string, string> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/**
 * The words of one command as a POSIX shell (and bash, for `$'…'`) reads them, up to the end of the command. Nothing
 * is filled in or run: a line that would need that is refused.
 * @throws UnreadablePaste
 */
export function shellWords(line: string): string[] {
  const words: string[] = []
  let word: string | null = null
  let at = 0
  const add = (text: string) => (word = (word ?? '') + text)
  const end = () => {
    if (word !== null) words.push(word)
    word = null
  }
  while (at < line.length) {
    const character = line[at] as string
    if (character === "'") {
      const close = closing(line, at + 1, "'")
      add(line.slice(at + 1, close))
      at = close + 1
    } else if (character === '"') {
      const [text, next] = doubleQuoted(line, at + 1)
      add(text)
      at = next
    } else if (line.startsWith("$'", at)) {
      const [text, next] = ansiQuoted(line, at + 2)
      add(text)
      at = next
    } else if (character === '\\') {
      const lineEnd = /^\r?\n/.exec(line.slice(at + 1, at + 3))
      if (!lineEnd) add(line[at + 1] ?? '')
      at += lineEnd ? 1 + lineEnd[0].length : 2
    } else if (character === ' ' || character === '\t') {
      end()
      at += 1
    } else if (/[\r\n|;<>]/.test(character)) {
      // `2>` names a stream: the digit is no word of the command.
      if (/[<>]/.test(character) && /^\d$/.test(word ?? '')) word = null
      break
    } else if (character === '&') {
      if (/^&(?:&|\s*$)/.test(line.slice(at))) break
      throw new UnreadablePaste(
        'An & stands outside quotes: a shell ends the command there, and the URL is cut. Put the URL in quotes.',
      )
    } else {
      assertPlain(line, at)
      add(character)
      at += 1
    }
  }
  end()
  return words
}

function doubleQuoted(line: string, start: number): [text: string, next: number] {
  let text = ''
  let at = start
  while (line[at] !== '"') {
    if (at >= line.length) throw unclosed('"')
    assertPlain(line, at)
    if (line[at] === '\\' && /[$`"\\\n]/.test(line[at + 1] ?? '')) {
      if (line[at + 1] !== '\n') text += line[at + 1]
      at += 2
    } else {
      text += line[at]
      at += 1
    }
  }
  return [text, at + 1]
}

/** `$'…'` of bash, the only quotes in which \r and \n mean what they say. */
function ansiQuoted(line: string, start: number): [text: string, next: number] {
  let text = ''
  let at = start
  while (line[at] !== "'") {
    if (at >= line.length) throw unclosed("$'")
    if (line[at] !== '\\') {
      text += line[at]
      at += 1
      continue
    }
    const rest = line.slice(at + 1, at + 7)
    const [code, digits] = /^(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4}))/i.exec(rest)?.filter(Boolean) ?? []
    text += digits
      ? String.fromCharCode(parseInt(digits, 16))
      : (SIMPLE_ESCAPES[rest[0] ?? ''] ?? rest[0] ?? '')
    at += 1 + (code?.length ?? 1)
  }
  return [text, at + 1]
}

function closing(line: string, start: number, quote: string): number {
  const at = line.indexOf(quote, start)
  if (at < 0) throw unclosed(quote)
  return at
}

/** Refuses what a shell would replace: its value is not known here. */
function assertPlain(line: string, at: number): void {
  const filled = /^(?:\$(?:\w+|\{[^}]*\}?|\()|`)/.exec(line.slice(at, at + 60))
  if (filled)
    throw new UnreadablePaste(
      `A shell would fill in ${filled[0]}, and this page cannot know with what. Run it with curl -v and paste the lines that begin with >.`,
    )
}

function unclosed(quote: string): UnreadablePaste {
  return new UnreadablePaste(`A quote (${quote}) is opened and not closed: the line is cut or misquoted.`)
}
