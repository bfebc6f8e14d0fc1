// The live signer: what is typed is signed at once, in this page, by the SDK's own code. Nothing is sent unless asked.
import type { SigningKey } from '@countersign/sdk/request-signature'
import { changedRange, curlLine, signingSteps, type SigningSteps } from './signing-steps.ts'

const GRADED_PATH = '/v1/test/signature'
const EXAMPLE_BODY = '{"type":"deposit","amount":"10.00","currency":"USD"}'
// The pair of docs/signing.md: test data of the project, no key of any server.
const EXAMPLE_PUBLIC_KEY = 'pk_test_ux23XtIWBR7l1XHkOpUTYR4GkhQR'
const EXAMPLE_SECRET_KEY = 'sk_test_uNLI5eBV6yqZSLrVDZu0s1PK9LDYooROHGWzOwNarBA0U3781'

const FORM = `
<fieldset><legend>Request</legend>
<label>Method<select name="method"><option>POST<option>GET<option>PUT<option>PATCH<option>DELETE</select></label>
<label>Idempotency-Key<input class="mono" name="idempotencyKey" autocomplete="off" spellcheck="false"></label>
<label class="wide">URL<input class="mono" name="url" autocomplete="off" spellcheck="false"></label>
<label class="wide">Content-Type<input class="mono" name="contentType" autocomplete="off" spellcheck="false"></label>
<label class="wide">Body, byte for byte<textarea class="mono" name="body" spellcheck="false"></textarea></label></fieldset>
<fieldset><legend>Key</legend>
<label>Algorithm<select name="algorithm"><option value="hmac-sha256">HMAC-SHA-256<option value="ed25519">Ed25519 (pair made in this page)</select></label>
<label>Public Key<input class="mono" name="publicKey" autocomplete="off" spellcheck="false"></label>
<label class="wide secret">Secret Key (stays in this page)<input class="mono" name="secretKey" autocomplete="off" spellcheck="false"></label></fieldset>
<fieldset><legend>Parameters</legend>
<label>created, seconds since 1970<span class="with-button"><input class="mono" name="created" inputmode="numeric" autocomplete="off"><button type="button" name="now">Now</button></span></label>
<label>nonce<span class="with-button"><input class="mono" name="nonce" autocomplete="off" spellcheck="false"><button type="button" name="fresh">New</button></span></label></fieldset>
<p class="fault" role="alert" hidden></p>
<section class="results" aria-label="Steps">
<h3>1. Content-Digest</h3><pre tabindex="0" data-step="digest"></pre>
<h3>2. Signature parameters</h3><pre tabindex="0" data-step="parameters"></pre>
<h3>3. Signature base: what is signed</h3><pre tabindex="0" data-step="base"></pre>
<h3>4. Signature</h3><pre tabindex="0" data-step="signature"></pre>
<h3>5. The request as it travels</h3><pre tabindex="0" data-step="request"></pre></section>
<p class="with-button"><button type="button" class="primary" name="check">Check with this server</button><button type="button" name="curl">Copy as curl</button></p>
<p class="verdict" role="status" hidden></p>`

const form = document.querySelector<HTMLFormElement>('[data-live-signer]')
if (form) start(form)

function start(form: HTMLFormElement): void {
  form.className = 'signer'
  form.innerHTML = FORM
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement
  const shown = new Map<string, string>()
  const fault = form.querySelector<HTMLElement>('.fault')!
  const verdict = form.querySelector<HTMLElement>('.verdict')!
  let pair: Promise<CryptoKeyPair> | undefined
  let latest: SigningSteps | null = null
  let turn = 0

  field('url').value = `${location.origin}${GRADED_PATH}`
  field('contentType').value = 'application/json'
  field('idempotencyKey').value = 'order-1042'
  field('body').value = EXAMPLE_BODY
  field('publicKey').value = EXAMPLE_PUBLIC_KEY
  field('secretKey').value = EXAMPLE_SECRET_KEY
  const setNow = () => (field('created').value = String(Math.floor(Date.now() / 1000)))
  const setNonce = () => (field('nonce').value = randomHex())
  setNow()
  setNonce()

  const signingKey = async (): Promise<SigningKey> => {
    if (field('algorithm').value === 'hmac-sha256') return { secretKey: field('secretKey').value.trim() }
    pair ??= crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']) as Promise<CryptoKeyPair>
    return { privateKey: (await pair).privateKey }
  }
  const sign = async (): Promise<void> => {
    const mine = (turn += 1)
    verdict.hidden = true
    form.querySelector<HTMLElement>('.secret')!.hidden = field('algorithm').value !== 'hmac-sha256'
    try {
      const steps = await signingSteps({
        method: field('method').value,
        url: field('url').value,
        body: field('body').value,
        contentType: field('contentType').value,
        idempotencyKey: field('idempotencyKey').value,
        publicKey: field('publicKey').value.trim(),
        created: Number(field('created').value),
        nonce: field('nonce').value,
        ...(await signingKey()),
      })
      if (mine !== turn) return
      latest = steps
      fault.hidden = true
      for (const [name, text] of Object.entries({
        ...steps,
        digest: steps.digest ?? 'none: the request has no body',
      }))
        show(form, shown, name, text)
    } catch (error) {
      if (mine !== turn) return
      latest = null
      fault.hidden = false
      fault.textContent = error instanceof Error ? error.message : String(error)
    }
  }
  form.addEventListener('input', () => void sign())
  form.addEventListener('submit', (event) => event.preventDefault())
  form.addEventListener('click', (event) => {
    const { name } = event.target as HTMLButtonElement
    if (name === 'now') setNow()
    else if (name === 'fresh') setNonce()
    else if (name === 'check') return void check(form, latest, verdict)
    else if (name === 'curl')
      return void (
        latest &&
        navigator.clipboard.writeText(
          curlLine({ method: field('method').value, url: field('url').value }, latest.request),
        )
      )
    else return
    void sign()
  })
  void sign()
}

/** Puts a step's text in its place and marks what is new in it. */
function show(form: HTMLElement, shown: Map<string, string>, name: string, text: string): void {
  const place = form.querySelector(`[data-step="${name}"]`)
  const before = shown.get(name)
  shown.set(name, text)
  if (!place || before === text) return
  const lines = text.split('\n')
  const linesBefore = before?.split('\n') ?? lines
  // Line by line where the lines are the same ones; else what lies between the first and the last difference.
  const parts =
    lines.length === linesBefore.length
      ? lines.flatMap((line, index) => [
          ...(index > 0 ? ['\n'] : []),
          ...marked(linesBefore[index] as string, line),
        ])
      : marked(before ?? text, text)
  place.replaceChildren(...parts)
}

function marked(before: string, after: string): (string | HTMLElement)[] {
  const { from, to } = changedRange(before, after)
  if (to === from) return [after]
  const mark = document.createElement('mark')
  mark.textContent = after.slice(from, to)
  return [after.slice(0, from), mark, after.slice(to)]
}

/** Sends the very request that is shown to the route that grades signatures and changes nothing. */
async function check(form: HTMLFormElement, steps: SigningSteps | null, verdict: HTMLElement): Promise<void> {
  const url = new URL((form.elements.namedItem('url') as HTMLInputElement).value, location.href)
  const say = (good: boolean, text: string): void => {
    verdict.hidden = false
    verdict.dataset['good'] = String(good)
    verdict.textContent = text
  }
  if (!steps) return say(false, 'There is nothing to send yet: the fault above comes first.')
  if (url.origin !== location.origin || url.pathname !== GRADED_PATH)
    return say(
      false,
      `Only ${location.origin}${GRADED_PATH} grades a request without doing anything: write it into URL.`,
    )
  const method = (form.elements.namedItem('method') as HTMLInputElement).value
  const [head = '', ...body] = steps.request.split('\n\n')
  const headers = head
    .split('\n')
    .slice(2)
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as [string, string])
  try {
    const answer = await fetch(url, {
      method,
      headers,
      credentials: 'omit',
      ...(body.length > 0 && method !== 'GET' ? { body: body.join('\n\n') } : {}),
    })
    const grade = (await answer.json()) as Record<string, string | boolean | null>
    if (grade['verifies'] === true) return say(true, 'The server verifies this signature.')
    say(false, [grade['code'], grade['detail'], grade['remedy']].filter(Boolean).join(' · '))
  } catch (error) {
    say(false, `The server could not be asked: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function randomHex(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
