import type { Command } from './command.ts'
import { completion } from './commands/completion.ts'
import { conformance } from './commands/conformance.ts'
import { grade } from './commands/grade.ts'
import { keyCommands } from './commands/keys.ts'
import { listen } from './commands/listen.ts'
import { loginCommands } from './commands/login.ts'
import { logCommands } from './commands/logs.ts'
import { moneyCommands } from './commands/money.ts'
import { verify } from './commands/receipt.ts'
import { reportCommands } from './commands/reports.ts'
import { request } from './commands/request.ts'
import { sign } from './commands/sign.ts'
import { testModeCommands } from './commands/test-mode.ts'
import { trigger } from './commands/trigger.ts'
import { webhookCommands } from './commands/webhooks.ts'

/** Every command, in the order of the help. A command is a file in `commands/` and a line here. */
export const COMMANDS: readonly Command[] = [
  ...loginCommands,
  listen,
  trigger,
  request,
  sign,
  ...logCommands,
  ...keyCommands,
  ...moneyCommands,
  ...reportCommands,
  ...testModeCommands,
  ...webhookCommands,
  conformance,
  grade,
  verify,
  completion,
]
