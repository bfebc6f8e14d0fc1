import { parseArgs } from 'node:util'
import {
  ConnectionError,
  Countersign,
  KeyFormatError,
  ProblemError,
  ReceiptError,
} from '../../sdk/src/index.ts'
import type { Command, Context, Options } from './command.ts'
import { COMMANDS } from './commands.ts'
import { readCredentials } from './credentials.ts'
import { EXIT, RefusedError, UsageError } from './exit-codes.ts'
import { GLOBAL_OPTIONS } from './global-options.ts'
import { helpFor } from './help.ts'
import { styleFor, type Io } from './io.ts'
import { assertProfileName, openProfiles } from './profiles.ts'
import { json, printable } from './words.ts'

export const VERSION = '0.1.0'
const DEFAULT_PROFILE = 'default'

export type World = {
  env: Readonly<Record<string, string | undefined>>
  io: Io
  platform: NodeJS.Platform
  homeDir: string
}

/**
 * Runs one command.
 * @param args what stands behind the program's name
 * @returns the exit code
 */
export async function main(args: readonly string[], world: World): Promise<number> {
  const wantsJson = args.includes('--json')
  try {
    const { path, found } = findCommand(args)
    if (!found) return await withoutCommand(args, path, world.io)
    const { values, positionals } = parse(args, found)
    if (values['help']) return print(world.io, helpFor(path))
    const given = positionals.slice(path.length)
    assertTaken(found, given)
    return await found.run(contextOf(world, values), { args: given, values })
  } catch (error) {
    return explain(error, world, wantsJson)
  }
}

/** The command whose words the arguments begin with; options before them are passed over. */
function findCommand(args: readonly string[]): { path: string[]; found: Command | undefined } {
  const { positionals } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: nodeOptions(GLOBAL_OPTIONS),
  })
  for (const length of [3, 2, 1]) {
    const path = positionals.slice(0, length)
    const found = path.length === length ? COMMANDS.find(({ name }) => name === path.join(' ')) : undefined
    if (found) return { path, found }
  }
  return { path: positionals, found: undefined }
}

/** No command, or the first word of several: help, asked for or not. */
async function withoutCommand(args: readonly string[], path: readonly string[], io: Io): Promise<number> {
  if (args.includes('--version')) return print(io, `${VERSION}\n`)
  const asksForHelp = args.includes('--help') || args.includes('-h')
  const words = path[0] === 'help' ? path.slice(1) : path
  const isGroup = words.length <= 1 && COMMANDS.some(({ name }) => name.startsWith(`${words[0] ?? ''} `))
  const named = COMMANDS.find(({ name }) => name === words.join(' '))
  if (words.length > 0 && !isGroup && !named)
    throw new UsageError(`There is no command "${printable(path.join(' '))}".`)
  if (path.length === 0 || path[0] === 'help' || asksForHelp) return print(io, helpFor(words))
  io.err(helpFor(words))
  return EXIT.usage
}

function parse(args: readonly string[], found: Command) {
  const options: Options = { ...GLOBAL_OPTIONS, ...found.options }
  const parsed = parseArgs({ args: [...args], allowPositionals: true, options: nodeOptions(options) })
  const values: Record<string, unknown> = { ...parsed.values }
  for (const [name, option] of Object.entries(options)) {
    values[name] ??= option.type === 'boolean' ? false : option.multiple ? [] : undefined
    for (const value of [values[name]].flat())
      if (option.choices && typeof value === 'string' && !option.choices.includes(value))
        throw new UsageError(`--${name} is one of ${option.choices.join(', ')}.`)
  }
  return { values, positionals: parsed.positionals }
}

function nodeOptions(options: Options) {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) },
    ]),
  )
}

function assertTaken({ name, takes }: Command, given: readonly string[]): void {
  const needed = takes.filter((each) => !each.startsWith('['))
  if (given.length < needed.length || given.length > takes.length || given.includes(''))
    throw new UsageError(
      `countersign ${name} takes ${takes.length === 0 ? 'nothing more' : takes.join(' ')}.`,
    )
}

function contextOf(world: World, values: Record<string, unknown>): Context {
  const { env, io } = world
  const profile = (values['profile'] as string | undefined) ?? (env['COUNTERSIGN_PROFILE'] || DEFAULT_PROFILE)
  assertProfileName(profile)
  const profiles = openProfiles(world)
  const asJson = values['json'] === true
  const credentials = () => readCredentials(env, { name: profile, kept: profiles.get(profile) })
  return {
    io,
    env,
    commands: COMMANDS,
    profile,
    profiles,
    json: asJson,
    credentials,
    client: async () => new Countersign(await credentials()),
    answer: (value, words) => io.out(asJson ? `${json(value)}\n` : words()),
  }
}

function print(io: Io, text: string): number {
  io.out(text)
  return EXIT.ok
}

function explain(error: unknown, { io, env }: World, wantsJson: boolean): number {
  if (io.signal.aborted) return EXIT.interrupted
  if (error instanceof ProblemError) {
    const style = styleFor({ isTerminal: io.isInteractive }, env)
    io.err(wantsJson ? `${json(error.members)}\n` : style('red', problemWords(error)))
    return EXIT.refused
  }
  if (error instanceof ConnectionError) {
    io.err(`${printable(error.message)}\n`)
    return EXIT.unreachable
  }
  if (error instanceof RefusedError) {
    io.err(`${error.message}\n`)
    return EXIT.refused
  }
  if (error instanceof ReceiptError) {
    io.err(`${printable(error.message)} (${error.reason})\n`)
    return EXIT.unreachable
  }
  const isUse =
    error instanceof UsageError ||
    error instanceof KeyFormatError ||
    error instanceof TypeError ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  if (!isUse) throw error
  io.err(`${(error as Error).message}\nSee countersign --help.\n`)
  return EXIT.usage
}

/** The refusal in a few lines, the one that says what to do first. */
function problemWords({ title, code, status, detail, errors, request_id, type }: ProblemError): string {
  return [
    `${title} (${status} ${code})`,
    detail,
    ...errors.map(({ pointer, message }) => `  ${pointer || '/'} ${message}`),
    ...(request_id === null ? [] : [`request ${request_id}`]),
    type,
  ]
    .map((line) => `${printable(line)}\n`)
    .join('')
}
