import { Button } from '@mantine/core'
import { DownloadIcon } from '@radix-ui/react-icons'
import { call } from '../api.ts'
import { useMode } from '../mode.ts'
import { fileAddress } from '../reports.ts'

type FileLinksProps = { path: string; query?: Record<string, string | undefined>; what: string }

/** Saves what a page shows, all of it, as a file. */
export function FileLinks({ path, query = {}, what }: FileLinksProps) {
  const mode = useMode()
  return (
    <div className="row">
      {(['csv', 'ndjson'] as const).map((format) => (
        <Button
          key={format}
          component="a"
          variant="default"
          href={fileAddress(path, query, { format, mode })}
          download
          onClick={tellWorkspace}
          leftSection={<DownloadIcon />}
          aria-label={`Export ${what} as ${format.toUpperCase()}`}
        >
          Export {format.toUpperCase()}
        </Button>
      ))}
    </div>
  )
}

/** A download that is refused, because the session works in another workspace by now, says nothing: this look does. */
function tellWorkspace(): void {
  // Whatever else goes wrong, the download says.
  void call('GET', '/v1/me').catch(() => {})
}
