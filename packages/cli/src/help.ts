import type { Command, Option, Options } from './command.ts'
import { COMMANDS } from './commands.ts'
import { GLOBAL_OPTIONS } from './global-options.ts'

const INTRODUCTION = `countersign: the command line of a Countersign server

  countersign login          signs this computer in
  countersign request GET /v1/me
  countersign listen --forward-to http://localhost:3000/hook
`
const FOOT = `Environment (outranks the profile)
  COUNTERSIGN_URL                                     http://localhost:4747 where nothing else is said
  COUNTERSIGN_PUBLIC_KEY, COUNTERSIGN_SECRET_KEY      the pair that signs
  COUNTERSIGN_PROFILE                                 like --profile
  NO_COLOR                                            no colours

Exit codes
  0 answered · 1 refused by the server · 2 wrong use or no credentials · 3 no answer · 70 fault of this program
  130 ended by Ctrl-C

countersign COMMAND --help says more about a command.
`

/** Help on the whole, on a group of commands, or on one command. */
export function helpFor(words: readonly string[]): string {
  const name = words.join(' ')
  const found = COMMANDS.find((each) => each.name === name)
  if (found) return commandHelp(found)
  const shown = name === '' ? COMMANDS : COMMANDS.filter((each) => each.name.startsWith(`${name} `))
  const list = `Commands\n${lines(shown.map((each) => [usage(each), each.summary]))}`
  const options = `Options of every command\n${optionLines(GLOBAL_OPTIONS)}`
  return name === '' ? [INTRODUCTION, list, options, FOOT].join('\n') : `${list}\n${options}`
}

function commandHelp(found: Command): string {
  const options = { ...found.options, ...GLOBAL_OPTIONS }
  return [
    `countersign ${usage(found)}${Object.keys(found.options).length > 0 ? ' [options]' : ''}\n\n  ${found.summary}\n`,
    ...(found.details ? [`${found.details.trim()}\n`] : []),
    `Options\n${optionLines(options)}`,
  ].join('\n')
}

function usage({ name, takes }: Command): string {
  return [name, ...takes].join(' ')
}

function optionLines(options: Options): string {
  return lines(
    Object.entries(options).map(([name, option]) => [
      optionUsage(name, option),
      option.choices ? `${option.summary}: ${option.choices.join(', ')}` : option.summary,
    ]),
  )
}

function optionUsage(name: string, { short, type, value }: Option): string {
  return `${short ? `-${short}, ` : ''}--${name}${type === 'string' ? ` ${value ?? 'TEXT'}` : ''}`
}

function lines(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([left]) => left.length))
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('')
}
