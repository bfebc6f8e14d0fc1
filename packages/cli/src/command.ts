import type { Countersign } from '../../sdk/src/index.ts'
import type { Credentials } from './credentials.ts'
import type { Io } from './io.ts'
import type { ProfileStore } from './profiles.ts'

export type Option = {
  type: 'string' | 'boolean'
  short?: string
  /** May be given several times. */
  multiple?: boolean
  /** What the value is called in help: `--limit N`. */
  value?: string
  choices?: readonly string[]
  summary: string
}
export type Options = Readonly<Record<string, Option>>

type Values<Given extends Options> = {
  [Name in keyof Given]: Given[Name] extends { type: 'boolean' }
    ? boolean
    : Given[Name] extends { multiple: true }
      ? string[]
      : string | undefined
}

/** What a command finds around it. Credentials are looked up when they are asked for. */
export type Context = {
  io: Io
  env: Readonly<Record<string, string | undefined>>
  /** `--json`: answers are for programs. */
  json: boolean
  /** Every command there is. */
  commands: readonly Command[]
  /** The name of the profile in use. */
  profile: string
  profiles: ProfileStore
  /** @throws UsageError where there are none */
  credentials(): Promise<Credentials>
  client(): Promise<Countersign>
  /** Prints an answer: as it is with `--json`, in words for people without. */
  answer(value: unknown, words: () => string): void
}

type Spec<Given extends Options> = {
  /** The words that call it: `keys list`. */
  name: string
  summary: string
  /** The names of what stands behind the words, in order: `ID`; `[ID]` may be left out. */
  takes?: readonly string[]
  options?: Given
  /** Help beyond the one line: paragraphs, examples. */
  details?: string
  run(
    context: Context,
    input: { args: readonly string[]; values: Values<Given> },
  ): Promise<number | void> | number | void
}

/** A command as the program knows it, whatever its options are called. */
export type Command = Omit<Spec<Options>, 'run'> & {
  options: Options
  takes: readonly string[]
  run(context: Context, input: { args: readonly string[]; values: Record<string, unknown> }): Promise<number>
}

/** Describes a command; the values of its options arrive in `run` with the types that `options` gives them. */
export function command<const Given extends Options = Record<never, never>>(spec: Spec<Given>): Command {
  return {
    ...spec,
    takes: spec.takes ?? [],
    options: spec.options ?? {},
    // The values come from parseArgs with these very options.
    run: async (context, { args, values }) =>
      (await spec.run(context, { args, values: values as Values<Given> })) ?? 0,
  }
}
