import type { Command } from './command.ts'
import { conformance } from './commands/conformance.ts'
import { verify } from './commands/receipt.ts'
import { request } from './commands/request.ts'
import { sign } from './commands/sign.ts'

/** Every command, in the order of the help. A command is a file in `commands/` and a line here. */
export const COMMANDS: readonly Command[] = [request, sign, verify, conformance]
