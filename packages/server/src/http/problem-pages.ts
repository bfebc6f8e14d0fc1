import { PROBLEMS, problem, type ProblemCode } from '../problems.ts'
import type { App } from './app-type.ts'

// The colours of docs/design.md; these pages stand alone, also where no dashboard was built.
const PAGE_STYLE = `:root{color-scheme:light dark;background:light-dark(#fff,#0f1217);color:light-dark(#14181f,#e6e9ee);
font:15px/1.6 -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif}
body{max-width:42rem;margin:0 auto;padding:20px 20px 64px}a{color:light-dark(#3346cf,#9aaafb);text-underline-offset:2px}
header{display:flex;align-items:center;gap:9px;margin-bottom:48px}header a{color:inherit;font-weight:650;text-decoration:none}
code{font:13px ui-monospace,Menlo,Consolas,monospace}.status{margin:0;color:light-dark(#636b78,#939cab)}
h1{margin:4px 0 12px;font-size:24px;line-height:1.3}h2{margin:28px 0 4px;font-size:15px}ul{padding:0;list-style:none}
li{padding:8px 0;border-top:1px solid light-dark(#e3e6ea,#252b35)}footer{margin-top:32px}`

/** `/problems/<code>`: what `type` in every problem links to, for people to read; and the list of all. */
export function problemPages(app: App): void {
  app.get('/problems', { schema: { hide: true } }, (_request, reply) => {
    const items = Object.entries(PROBLEMS).map(
      ([code, { status, title }]) =>
        `<li><code>${status}</code> <a href="/problems/${code}"><code>${code}</code></a> ${words(title)}</li>`,
    )
    return reply
      .type('text/html; charset=utf-8')
      .send(html('Problems', `<h1>Problems</h1><ul>${items.join('')}</ul>`))
  })
  app.get<{ Params: { code: string } }>('/problems/:code', { schema: { hide: true } }, (request, reply) => {
    const { code } = request.params
    if (!Object.hasOwn(PROBLEMS, code))
      throw problem('not-found', { detail: 'There is no problem with this name.' })
    const { status, title, detail, remedy } = PROBLEMS[code as ProblemCode]
    const body = `<p class="status"><code>${status} ${code}</code></p><h1>${words(title)}</h1><p>${words(detail)}</p>
<h2>What to do</h2><p>${words(remedy)}</p><footer><a href="/problems">All problems</a> · <a href="/docs/guides">Guides</a> · <a href="/docs">API reference</a></footer>`
    return reply.type('text/html; charset=utf-8').send(html(title, body))
  })
}

function html(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)} · Countersign</title><link rel="icon" href="/favicon.svg"><style>${PAGE_STYLE}</style>
<body><header><img src="/favicon.svg" alt="" width="22" height="22"><a href="/">Countersign</a></header><main>${body}</main></body></html>`
}

/** Names of the wire stand between backticks. */
function words(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
