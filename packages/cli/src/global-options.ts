import type { Options } from './command.ts'

/** What every command understands. */
export const GLOBAL_OPTIONS = {
  profile: { type: 'string', value: 'NAME', summary: 'the profile whose key signs (COUNTERSIGN_PROFILE)' },
  json: { type: 'boolean', summary: 'answers as JSON, a line each' },
  help: { type: 'boolean', short: 'h', summary: 'this help' },
} as const satisfies Options
