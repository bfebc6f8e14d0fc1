import { UnreadablePaste, type HeaderField, type PastedRequest } from './sent-request.ts'
import { shellWords } from './shell-words.ts'

/** Options whose argument says nothing about the request that is signed. */
const IGNORED_WITH_ARGUMENT = new Set(
  `-o --output -w --write-out -m --max-time --connect-timeout --retry --retry-delay --retry-max-time --cacert --capath
   --cert -E --key --resolve --connect-to -x --proxy -c --cookie-jar -D --dump-header --limit-rate --interface --ciphers
   --tls-max -Y -y --noproxy -U --proxy-user --max-redirs --trace --trace-ascii --stderr --expect100-timeout --unix-socket`
    .split(/\s+/)
    .filter(Boolean),
)
const REFUSED: Record<string, string> = {
  '-F': 'A form (-F) is sent with a boundary that this page cannot know.',
  '--form': 'A form (--form) is sent with a boundary that this page cannot know.',
  '-T': 'An upload (-T) sends a file that this page cannot read.',
  '--upload-file': 'An upload sends a file that this page cannot read.',
  '-K': 'A configuration file (-K) cannot be read here.',
  '--config': 'A configuration file (--config) cannot be read here.',
  '--data-urlencode': 'How --data-urlencode encodes depends on the version of curl.',
  '--next': 'The line holds several requests (--next). Paste one of them.',
}
const SHORT_WITH_ARGUMENT = 'XHdAbueowmExcDYyUFTKCtzrPQ'
const INSTEAD = 'Run it with curl -v, paste the lines that begin with >, then an empty line and the body.'

type Line = {
  method: string | null
  urls: string[]
  headers: HeaderField[]
  removed: Set<string>
  data: string[]
  contentType: string | null
  isGet: boolean
  isHead: boolean
  isPathAsIs: boolean
  isGlobOff: boolean
}

/**
 * The request that a curl line sends: with the headers that matter to a signature and that curl adds by itself, and
 * with its changes to the URL.
 * @throws UnreadablePaste
 */
export function readCurl(text: string): PastedRequest {
  if (/\^\r?\n|\^"/.test(text))
    throw new UnreadablePaste('This line is quoted for Windows. Copy it "as cURL (bash)" instead.')
  const line: Line = {
    method: null,
    urls: [],
    headers: [],
    removed: new Set(),
    data: [],
    contentType: null,
    isGet: false,
    isHead: false,
    isPathAsIs: false,
    isGlobOff: false,
  }
  const words = shellWords(text).slice(1)
  while (words.length > 0) readWord(line, words)
  return requestOf(line)
}

/** Takes one option with its argument, or the URL, off the front. */
function readWord(line: Line, words: string[]): void {
  const word = words.shift() as string
  if (!word.startsWith('-') || word === '-') return void line.urls.push(word)
  const argument = () => {
    const value = words.shift()
    if (value === undefined) throw new UnreadablePaste(`${word} stands at the end, without its argument.`)
    return value
  }
  if (word.startsWith('--')) return readOption(line, word, argument)
  // Short options may be joined, and the last one's argument may follow without a space: -sSXPOST.
  for (let at = 1; at < word.length; at += 1) {
    const letter = word[at] as string
    if (!SHORT_WITH_ARGUMENT.includes(letter)) {
      readOption(line, `-${letter}`, argument)
      continue
    }
    const rest = word.slice(at + 1)
    return readOption(line, `-${letter}`, rest === '' ? argument : () => rest)
  }
}

function readOption(line: Line, name: string, argument: () => string): void {
  const refused = REFUSED[name]
  if (refused) throw new UnreadablePaste(`${refused} ${INSTEAD}`)
  if (IGNORED_WITH_ARGUMENT.has(name)) return void argument()
  switch (name) {
    case '-X':
    case '--request':
      line.method = argument()
      break
    case '--url':
      line.urls.push(argument())
      break
    case '-H':
    case '--header':
      addHeader(line, argument())
      break
    case '-A':
    case '--user-agent':
      line.headers.push({ name: 'User-Agent', value: argument() })
      break
    case '-e':
    case '--referer':
      line.headers.push({ name: 'Referer', value: argument() })
      break
    case '-b':
    case '--cookie':
      argument()
      line.headers.push({ name: 'Cookie', value: 'withheld' })
      break
    case '-u':
    case '--user':
    case '--oauth2-bearer':
      argument()
      line.headers.push({ name: 'Authorization', value: 'withheld' })
      break
    case '-d':
    case '--data':
    case '--data-ascii':
    case '--data-binary':
    case '--json':
      addData(line, noFile(argument()), name === '--json')
      break
    case '--data-raw':
      addData(line, argument())
      break
    case '-G':
    case '--get':
      line.isGet = true
      break
    case '-I':
    case '--head':
      line.isHead = true
      break
    case '--path-as-is':
      line.isPathAsIs = true
      break
    case '-g':
    case '--globoff':
      line.isGlobOff = true
      break
    // Everything else is a switch that changes nothing of what is signed: -s, -v, -k, --compressed, --http2 …
  }
}

function addHeader(line: Line, text: string): void {
  if (text.startsWith('@'))
    throw new UnreadablePaste(`-H ${text} reads a file, and this page cannot. ${INSTEAD}`)
  const [, name, separator, value] = /^([^:;]+)([:;])(.*)$/s.exec(text) ?? []
  if (name === undefined)
    throw new UnreadablePaste(`curl sends no header for -H '${text.slice(0, 60)}': it lacks its colon.`)
  // `Name:` takes a header away that curl would add; `Name;` sends one without a value.
  if (separator === ':' && value?.trim() === '') line.removed.add(name.toLowerCase())
  else line.headers.push({ name, value: separator === ';' ? '' : (value ?? '').trim() })
}

function addData(line: Line, text: string, isJson = false): void {
  // --json pieces are joined as they are, the others as the fields of a form.
  if (isJson && line.data.length > 0) line.data.push((line.data.pop() as string) + text)
  else line.data.push(text)
  line.contentType = isJson ? 'application/json' : (line.contentType ?? 'application/x-www-form-urlencoded')
}

function noFile(text: string): string {
  if (text.startsWith('@'))
    throw new UnreadablePaste(
      `The body comes from ${text === '@-' ? 'another program' : 'a file'} (${text.slice(0, 40)}), and this page cannot read it. ${INSTEAD}`,
    )
  return text
}

function requestOf(line: Line): PastedRequest {
  const [url, ...others] = line.urls
  if (url === undefined) throw new UnreadablePaste('The line holds no URL.')
  if (others.length > 0)
    throw new UnreadablePaste(
      `The line holds several URLs; the second is ${others[0]?.slice(0, 60)}. Is a quote missing?`,
    )
  if (!line.isGlobOff && /[{}[\]]/.test(url.replace(/^(?:https?:\/\/)?\[[0-9a-f:.]+\]/i, '')))
    throw new UnreadablePaste('curl expands { } and [ ] in a URL. Encode them, or add -g.')
  const { host, path, query } = partsOf(url)
  const data = line.data.length === 0 ? undefined : line.data.join('&')
  const joined = line.isGet && data !== undefined ? (query === '' ? `?${data}` : `${query}&${data}`) : query
  const body = line.isGet ? undefined : data
  const added: HeaderField[] = [{ name: 'Host', value: host }]
  if (body !== undefined) {
    added.push({ name: 'Content-Type', value: line.contentType as string })
    added.push({ name: 'Content-Length', value: String(new TextEncoder().encode(body).length) })
  }
  const given = new Set(line.headers.map(({ name }) => name.toLowerCase()))
  const own = added.filter(
    ({ name }) => !given.has(name.toLowerCase()) && !line.removed.has(name.toLowerCase()),
  )
  return {
    method: line.method ?? (line.isHead ? 'HEAD' : body === undefined ? 'GET' : 'POST'),
    target: (line.isPathAsIs ? path : withoutDots(path)) + joined,
    headers: [...own, ...line.headers],
    body,
  }
}

function partsOf(url: string): { host: string; path: string; query: string } {
  const [, scheme = 'http', authority = '', rest = ''] = /^(?:([a-z]+):\/\/)?([^/?#]*)(.*)$/is.exec(url) ?? []
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80'
  const bare = authority.slice(authority.lastIndexOf('@') + 1)
  const [beforeFragment = ''] = rest.split('#')
  const [, path = '', query = ''] = /^([^?]*)(.*)$/s.exec(beforeFragment) ?? []
  return {
    host: bare.endsWith(port) ? bare.slice(0, -port.length) : bare,
    path: path === '' ? '/' : path,
    query,
  }
}

/** RFC 3986 §5.2.4, which curl applies before it sends. */
function withoutDots(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const [index, segment] of segments.entries()) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
    if ((segment === '.' || segment === '..') && index === segments.length - 1) kept.push('')
  }
  return `/${kept.join('/')}`
}
