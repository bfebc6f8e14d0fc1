import { Button } from '@mantine/core'
import { PauseIcon, PlayIcon } from '@radix-ui/react-icons'
import type { ProblemError } from '../api.ts'
import type { TailState } from '../log-tail.ts'

type LiveToggleProps = {
  isLive: boolean
  onChange: (isLive: boolean) => void
  state: TailState
}

const WORDS: Record<TailState, string> = {
  connecting: 'Connecting',
  live: 'Live',
  waiting: 'Connecting again',
  refused: 'Not live',
}

/** Whether new rows come by themselves, and a button that stops and starts it. */
export function LiveToggle({ isLive, onChange, state }: LiveToggleProps) {
  return (
    <span className="live" data-state={isLive ? state : 'paused'}>
      <span className="live-dot" aria-hidden />
      <span role="status">{isLive ? WORDS[state] : 'Paused'}</span>
      <Button
        variant="default"
        leftSection={isLive ? <PauseIcon /> : <PlayIcon />}
        onClick={() => onChange(!isLive)}
      >
        {isLive ? 'Pause' : 'Resume'}
      </Button>
    </span>
  )
}

/** Why there is no live view, and the way to try again. */
export function LiveRefused({ refusal, onRetry }: { refusal: ProblemError; onRetry: () => void }) {
  return (
    <p className="small second">
      The list is not live: {refusal.problem.detail ?? refusal.title}{' '}
      <button type="button" className="link-button" onClick={onRetry}>
        Try again
      </button>
    </p>
  )
}

/** Rows that arrived while the reader was further down: how many, in words, and the way to them. */
export function NewRows({ words, onShow }: { words: string | null; onShow: () => void }) {
  if (words === null) return null
  return (
    <button type="button" className="new-rows" onClick={onShow}>
      {words}
    </button>
  )
}
