import goReceiver from '../snippets/webhooks/receiver.go?raw'
import javaReceiver from '../snippets/webhooks/Receiver.java?raw'
import nodeReceiver from '../snippets/webhooks/receiver.mjs?raw'
import pythonReceiver from '../snippets/webhooks/receiver.py?raw'
import sdkReceiver from '../snippets/webhooks/sdk-receiver.mts?raw'

// What a receiver of webhooks needs, shown beside the secret that it needs it for. The secret itself stays out
// of the code: it is read from the environment.

export const WEBHOOK_SNIPPETS = [
  { name: 'SDK', file: 'receiver.mts', code: sdkReceiver },
  { name: 'Node', file: 'receiver.mjs', code: nodeReceiver },
  { name: 'Python', file: 'receiver.py', code: pythonReceiver },
  { name: 'Go', file: 'receiver.go', code: goReceiver },
  { name: 'Java', file: 'Receiver.java', code: javaReceiver },
]
