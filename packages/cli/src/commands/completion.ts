import { command, type Command, type Options } from '../command.ts'
import { UsageError } from '../exit-codes.ts'
import { GLOBAL_OPTIONS } from '../global-options.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** Prints a script that completes commands, options and the values of options. */
export const completion = command({
  name: 'completion',
  summary: 'print the completion for a shell',
  takes: ['SHELL'],
  details: `  bash   source <(countersign completion bash)
  zsh    source <(countersign completion zsh)
  fish   countersign completion fish | source`,
  run(context, { args: [shell = ''] }) {
    const known = SHELLS.find((each) => each === shell)
    if (!known) throw new UsageError(`SHELL is one of ${SHELLS.join(', ')}.`)
    context.io.out(
      { bash: bashScript, zsh: zshScript, fish: fishScript }[known](candidates(context.commands)),
    )
  },
})

/** What may follow some words: `['keys', 'list create …']`, `['keys list', '--limit …']`. */
type Candidates = [words: string, next: string[]][]

function candidates(commands: readonly Command[]): Candidates {
  const next = new Map<string, Set<string>>()
  const add = (words: string, word: string) => next.set(words, (next.get(words) ?? new Set()).add(word))
  for (const { name, options } of commands) {
    const words = name.split(' ')
    for (const [index, word] of words.entries()) add(words.slice(0, index).join(' '), word)
    const all: Options = { ...options, ...GLOBAL_OPTIONS }
    for (const [option, { choices }] of Object.entries(all)) {
      add(name, `--${option}`)
      for (const choice of choices ?? []) add(`${name} --${option}`, choice)
    }
  }
  for (const option of ['--help', '--version', '--profile']) add('', option)
  for (const shell of SHELLS) add('completion', shell)
  return [...next].map(([words, set]) => [words, [...set]])
}

// Words of the command before the cursor, options and their values left out; then what may follow. What follows an
// option that has choices is asked first.
const LOOK_UP = (cases: string) => `  local words='' last="$1"; shift
  while [ $# -gt 0 ]; do case "$1" in -*) ;; *) words="\${words:+$words }$1";; esac; shift; done
  while :; do
    case "$words $last" in
${cases}
    esac
    case "$words" in
${cases}
    esac
    case "$words" in *' '*) words="\${words% *}";; ?*) words='';; *) return;; esac
  done
`

function posixLookUp(all: Candidates): string {
  const cases = all.map(([words, next]) => `      '${words}') echo '${next.join(' ')}'; return;;`).join('\n')
  return `_countersign_next() {\n${LOOK_UP(cases)}}\n`
}

function bashScript(all: Candidates): string {
  return `${posixLookUp(all)}
_countersign() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  COMPREPLY=($(compgen -W "$(_countersign_next "\${COMP_WORDS[COMP_CWORD-1]}" "\${before[@]}")" -- "$current"))
}
complete -o default -F _countersign countersign
`
}

function zshScript(all: Candidates): string {
  return `${posixLookUp(all)}
_countersign() {
  local -a next
  next=(\${=$(_countersign_next "\${words[CURRENT-1]}" "\${(@)words[2,CURRENT-1]}")})
  compadd -a next
  [[ \${#next} -gt 0 ]] || _files
}
compdef _countersign countersign
`
}

function fishScript(all: Candidates): string {
  const cases = all.map(
    ([words, next]) => `      case '${words}'\n        string split ' ' -- '${next.join(' ')}'; return`,
  )
  return `function __countersign_next
  set -l tokens (commandline -opc)
  set -l words
  for token in $tokens[2..]
    string match -q -- '-*' $token; or set -a words $token
  end
  while true
    for key in "$words $tokens[-1]" "$words"
      switch "$key"
${cases.join('\n')}
      end
    end
    test (count $words) -gt 0; or return
    set -e words[-1]
  end
end
complete -c countersign -f -a '(__countersign_next)'
`
}
