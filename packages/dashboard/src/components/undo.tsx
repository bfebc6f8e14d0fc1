import { notifications } from '@mantine/notifications'

const UNDO_MS = 12_000

/** Says what was done, with the way back while one still remembers it. */
export function showUndo(message: string, undo: () => Promise<unknown>): void {
  const id = notifications.show({
    autoClose: UNDO_MS,
    message: (
      <span className="row" style={{ justifyContent: 'space-between' }}>
        {message}
        <button
          type="button"
          className="link-button"
          onClick={() => {
            notifications.hide(id)
            undo().then(
              () => notifications.show({ message: 'Undone.' }),
              (error: Error) => notifications.show({ color: 'red', message: error.message }),
            )
          }}
        >
          Undo
        </button>
      </span>
    ),
  })
}
