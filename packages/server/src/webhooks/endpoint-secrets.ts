import type { Sealer } from '../encryption.ts'
import type { Mode } from '../sessions/principal.ts'

type Owner = { endpointId: string; mode: Mode }

/** What a sealed secret belongs to: it opens under no other endpoint, mode or version. */
export function webhookSecretName({ endpointId, mode }: Owner, version: number): string {
  return `webhook-secret/${endpointId}/${mode}/${version}`
}

export function webhookHeadersName({ endpointId, mode }: Owner): string {
  return `webhook-headers/${endpointId}/${mode}`
}

export function sealSecret(sealer: Sealer, owner: Owner, version: number, secret: string): string {
  return sealer.seal(Buffer.from(secret), webhookSecretName(owner, version))
}

/** @throws SealError when it was changed, moved or sealed under an unknown master key */
export function openSecret(sealer: Sealer, owner: Owner, version: number, sealed: string): string {
  return sealer.open(sealed, webhookSecretName(owner, version)).toString()
}

/** Custom headers hold credentials, so that they are stored only sealed; null when there are none. */
export function sealHeaders(sealer: Sealer, owner: Owner, headers: Record<string, string>): string | null {
  if (Object.keys(headers).length === 0) return null
  return sealer.seal(Buffer.from(JSON.stringify(headers)), webhookHeadersName(owner))
}

/** @throws SealError */
export function openHeaders(sealer: Sealer, owner: Owner, sealed: string | null): Record<string, string> {
  if (sealed === null) return {}
  return JSON.parse(sealer.open(sealed, webhookHeadersName(owner)).toString()) as Record<string, string>
}
