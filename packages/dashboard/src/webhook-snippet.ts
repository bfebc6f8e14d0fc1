// What a receiver of webhooks needs, shown beside the secret that it needs it for. The secret itself stays out
// of the code: it is read from the environment.

export const VERIFY_SNIPPET = `import { verifyWebhook } from '@countersign/sdk'

// rawBody: the bytes as they came, before any JSON parser.
// Throws when the webhook must not be trusted: answer that with 400.
const event = await verifyWebhook({
  body: rawBody,
  headers: request.headers,
  secret: process.env.COUNTERSIGN_WEBHOOK_SECRET,
})
`

export const RECEIVER_SNIPPET = `// Save as receiver.mts, then: COUNTERSIGN_WEBHOOK_SECRET=whsec_… npx tsx receiver.mts
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { verifyWebhook } from '@countersign/sdk'

createServer(async (request, response) => {
  try {
    const event = await verifyWebhook({
      body: await buffer(request),
      headers: request.headers,
      secret: process.env.COUNTERSIGN_WEBHOOK_SECRET,
    })
    // The same event can arrive twice: remember event.id.
    console.log(event.id, event.type, event.data)
    response.writeHead(204).end()
  } catch (error) {
    console.error(error)
    response.writeHead(400).end()
  }
}).listen(4800)
`
