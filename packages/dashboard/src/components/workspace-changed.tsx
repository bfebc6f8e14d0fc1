import { Button, Modal } from '@mantine/core'
import { useEffect, useState } from 'react'
import { onWorkspaceMismatch, type ProblemError } from '../api.ts'

/**
 * Says that the page shows a workspace in which the session no longer works: another tab switched, or the person was
 * removed. The page and what was typed there stay until they go; nothing that it sends is done.
 */
export function WorkspaceChanged() {
  const [problem, setProblem] = useState<ProblemError>()
  const [isTold, setTold] = useState(false)
  useEffect(() => onWorkspaceMismatch(setProblem), [])
  return (
    <Modal
      opened={problem !== undefined && !isTold}
      onClose={() => setTold(true)}
      title="This page shows another workspace"
      zIndex={500}
    >
      <div className="stack">
        <p>{problem?.problem.detail}</p>
        <p className="second">
          What you typed is still on this page, to copy. It can be sent only where you work now.
        </p>
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={() => setTold(true)}>
            Stay on this page
          </Button>
          <Button component="a" href="/" data-autofocus>
            Go to Home
          </Button>
        </div>
      </div>
    </Modal>
  )
}
