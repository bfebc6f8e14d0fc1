import { PROBLEMS, problem, type ProblemCode } from '../problems.ts'
import type { App } from './app-type.ts'

const PAGE_STYLE = `:root{color-scheme:light dark;background:Canvas;font:16px/1.55 system-ui,sans-serif}
body{max-width:42rem;margin:10vh auto;padding:0 1.25rem}code,pre{font-family:ui-monospace,monospace}
.status{opacity:.7}h1{line-height:1.2}`

/** `/problems/<code>`: what `type` in every problem links to, for people to read; and the list of all. */
export function problemPages(app: App): void {
  app.get('/problems', { schema: { hide: true } }, (_request, reply) => {
    const items = Object.entries(PROBLEMS).map(
      ([code, { status, title }]) =>
        `<li><code>${status}</code> <a href="/problems/${code}">${code}</a>: ${escape(title)}</li>`,
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
    const body = `<p class="status"><code>${status} ${code}</code></p><h1>${escape(title)}</h1><p>${escape(detail)}</p>
<h2>What to do</h2><p>${escape(remedy)}</p><p><a href="/problems">All problems</a> · <a href="/docs">API reference</a></p>`
    return reply.type('text/html; charset=utf-8').send(html(title, body))
  })
}

function html(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)} · Countersign</title><link rel="icon" href="/favicon.svg"><style>${PAGE_STYLE}</style><body>${body}</body></html>`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
