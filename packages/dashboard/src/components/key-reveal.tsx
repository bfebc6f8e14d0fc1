import { Button } from '@mantine/core'
import { DownloadIcon } from '@radix-ui/react-icons'
import { CopyButton } from './chip.tsx'

type KeyRevealProps = { publicKey: string; secretKey: string; name: string }

/** Public Key and Secret Key in full, each with a copy button, and both as a file. */
export function KeyReveal({ publicKey, secretKey, name }: KeyRevealProps) {
  return (
    <div className="stack">
      <SecretBox
        label="Public Key"
        value={publicKey}
        hint="Sent with every request. Not secret."
        testId="public-key"
      />
      <SecretBox
        label="Secret Key"
        value={secretKey}
        hint="Shown once. Store it now; it cannot be shown again."
        testId="secret-key"
      />
      <Button
        variant="default"
        leftSection={<DownloadIcon />}
        style={{ alignSelf: 'flex-start' }}
        onClick={() =>
          download(
            'countersign.env',
            environmentFile(name, { COUNTERSIGN_PUBLIC_KEY: publicKey, COUNTERSIGN_SECRET_KEY: secretKey }),
          )
        }
      >
        Download as .env
      </Button>
    </div>
  )
}

type SecretBoxProps = { label: string; value: string; hint: string; testId: string }

/** A value that is shown in full, wrapped and never cut, with its copy button. */
export function SecretBox({ label, value, hint, testId }: SecretBoxProps) {
  return (
    <div className="stack-tight">
      <div className="row ends">
        <strong>{label}</strong>
        <span className="small quiet">{hint}</span>
      </div>
      <div className="secret">
        <code data-testid={testId}>{value}</code>
        <CopyButton value={value} what={label} />
      </div>
    </div>
  )
}

/** The address of this server and the two halves of a key, as a .env file. */
export function environmentFile(name: string, variables: Record<string, string>): string {
  // A name with a line break could otherwise add a line of its own.
  const comment = `# Countersign: ${name.replaceAll(/\s+/g, ' ')}`
  const lines = Object.entries({ COUNTERSIGN_URL: location.origin, ...variables })
  return [comment, ...lines.map(([variable, value]) => `${variable}=${value}`), ''].join('\n')
}

/** Hands the person a text file that was made here. */
export function download(fileName: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  URL.revokeObjectURL(url)
}
