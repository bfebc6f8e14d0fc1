import '../styles/keys.css'
import { Button } from '@mantine/core'
import { DownloadIcon } from '@radix-ui/react-icons'
import { pemOf, type KeyPair } from '../key-pair.ts'
import { CopyButton } from './chip.tsx'
import { download, environmentFile, SecretBox } from './key-reveal.tsx'
import { Note } from './states.tsx'

type PairRevealProps = { publicKey: string; pair: KeyPair; name: string }

/** Public Key and the private key that this browser made, shown once, as text and as files. */
export function PairReveal({ publicKey, pair, name }: PairRevealProps) {
  const pem = pemOf(pair)
  const environment = () =>
    environmentFile(name, { COUNTERSIGN_PUBLIC_KEY: publicKey, COUNTERSIGN_PRIVATE_KEY: pair.pkcs8 })
  return (
    <div className="stack">
      <SecretBox
        label="Public Key"
        value={publicKey}
        hint="Sent with every request. Not secret."
        testId="public-key"
      />
      <div className="stack-tight">
        <div className="row ends">
          <strong>Private key</strong>
          <span className="small quiet">Shown once. Store it now; it cannot be shown again.</span>
        </div>
        <div className="secret">
          <pre data-testid="private-key">{pem.trimEnd()}</pre>
          <CopyButton value={pem} what="private key" />
        </div>
      </div>
      <Note>
        <strong>This server never had the private key.</strong> This browser made it and sent only its public
        half. Nobody but you can bring it back or sign with it.
      </Note>
      <div className="row">
        <Button
          variant="default"
          leftSection={<DownloadIcon />}
          onClick={() => download('countersign-private-key.pem', pem)}
        >
          Download as PEM
        </Button>
        <Button
          variant="default"
          leftSection={<DownloadIcon />}
          onClick={() => download('countersign.env', environment())}
        >
          Download as .env
        </Button>
      </div>
    </div>
  )
}
