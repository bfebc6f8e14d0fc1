import type { Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import { findOwnFacts, type ActivationKey, type Approval, type OwnFacts } from './activation-queries.ts'

export const CURRENCY_TYPES: readonly CurrencyType[] = ['fiat', 'crypto']

export type ChecklistItem = {
  code: 'email_verified' | 'two_factor' | 'profile' | 'payment_connection' | 'webhook' | 'approval'
  title: string
  done: boolean
  /** What to do while it is not done, or what makes it done. */
  detail: string
}
export type Checklist = {
  currencyType: CurrencyType
  open: boolean
  selfApproved: boolean
  approval: Approval
  items: ChecklistItem[]
}

/** A fact that another room knows: whether it holds, and what to say about it. */
export type Fact = { done: boolean; detail: string }

/** What later rooms say. Without them nothing is assumed: there is no payment connection, so Production stays locked. */
export type ActivationFacts = {
  paymentConnection?(executor: Executor, currencyType: CurrencyType): Promise<Fact>
  /** Null: the workspace uses no webhooks in Production Mode, so nothing is asked of it. */
  webhook?(executor: Executor, workspaceId: string): Promise<Fact | null>
  /** Where customers send a deposit. */
  depositInstructions?(executor: Executor, currencyType: CurrencyType): Promise<string | null>
}

export type Activation = {
  checklist(executor: Executor, workspaceId: string, currencyType: CurrencyType): Promise<Checklist>
  isProductionOpen(executor: Executor, workspaceId: string, currencyType: CurrencyType): Promise<boolean>
  /**
   * For money that a production key moves. It asks who the workspace is and whether it is approved, every time. A
   * payment connection that is down answers for itself (`rail-unavailable`), and a webhook endpoint that was added
   * later must not stop money: those two are asked when a production key is made.
   * @throws Problem `production-locked`, naming the lines that are not done
   */
  assertMayMoveMoney(executor: Executor, key: ActivationKey): Promise<void>
  /** Where customers send a deposit; null while the platform has said nothing. */
  depositInstructions(executor: Executor, currencyType: CurrencyType): Promise<string | null>
}

/** What opens Production Mode, per workspace and currency type. It is read from facts and stored nowhere. */
export function createActivation(facts: ActivationFacts = {}): Activation {
  const checklist: Activation['checklist'] = async (executor, workspaceId, currencyType) => {
    // One after the other: the executor may be one client, which runs one statement at a time.
    const own = await findOwnFacts(executor, { workspaceId, currencyType })
    if (!own) throw problem('not-found')
    const connection = (await facts.paymentConnection?.(executor, currencyType)) ?? {
      done: false,
      detail: 'The platform has not set up a payment connection for this currency type yet.',
    }
    const webhook = (await facts.webhook?.(executor, workspaceId)) ?? null
    const items: ChecklistItem[] = [
      ...peopleItems(own),
      { code: 'payment_connection', title: 'Payment connection', ...connection },
      ...(webhook ? [{ code: 'webhook' as const, title: 'Webhook endpoint answers', ...webhook }] : []),
      approvalItem(own.approval),
    ]
    return {
      currencyType,
      open: items.every((item) => item.done),
      selfApproved: own.approval.status === 'self-approved',
      approval: own.approval,
      items,
    }
  }
  return {
    checklist,
    isProductionOpen: async (executor, workspaceId, currencyType) =>
      (await checklist(executor, workspaceId, currencyType)).open,
    depositInstructions: async (executor, currencyType) =>
      (await facts.depositInstructions?.(executor, currencyType)) ?? null,
    async assertMayMoveMoney(executor, key) {
      const own = await findOwnFacts(executor, key)
      const items = own ? [...peopleItems(own), approvalItem(own.approval)] : []
      const missing = items.filter((item) => !item.done)
      if (own && missing.length === 0) return
      throw problem('production-locked', {
        detail: `Production Mode is locked for ${key.currencyType}. Missing: ${missing.map(({ title }) => title).join(', ')}.`,
        extra: { missing: missing.map(({ code }) => code) },
      })
    },
  }
}

const OWNER_ITEMS = {
  email_verified: {
    title: 'E-mail address verified',
    todo: 'Every owner opens the link in the mail that was sent to them.',
    done: 'Every owner has verified their address.',
  },
  two_factor: {
    title: 'Second factor',
    todo: 'Every owner sets up an authenticator app under Settings.',
    done: 'Every owner has a second factor.',
  },
}

/** Who the workspace is. Every owner counts, because any one of them can do everything. */
function peopleItems(own: OwnFacts): ChecklistItem[] {
  return [
    ownersItem('email_verified', own.owners, own.emailsVerified),
    ownersItem('two_factor', own.owners, own.secondFactors),
    profileItem(own),
  ]
}

function ownersItem(code: keyof typeof OWNER_ITEMS, owners: number, count: number): ChecklistItem {
  const { title, todo, done } = OWNER_ITEMS[code]
  const isDone = owners > 0 && count === owners
  return { code, title, done: isDone, detail: isDone ? done : todo }
}

function profileItem({ legalName, country, contactEmail }: OwnFacts): ChecklistItem {
  const missing = [
    legalName ? [] : ['legal name'],
    country ? [] : ['country'],
    contactEmail ? [] : ['contact e-mail'],
  ].flat()
  return {
    code: 'profile',
    title: 'Workspace profile',
    done: missing.length === 0,
    detail:
      missing.length === 0 ? 'The profile is complete.' : `Fill in under Settings: ${missing.join(', ')}.`,
  }
}

function approvalItem({ status, reason }: Approval): ChecklistItem {
  const why = reason ? ` Reason: ${reason}` : ''
  const detail = {
    none: 'Ask the platform for approval on the Activation page.',
    requested: 'Requested. The platform decides once it has looked at the workspace.',
    approved: 'Approved by the platform.',
    'self-approved': 'Self-approved: by an operator who is a member of this workspace.',
    refused: `The platform refused.${why} Ask again once that is settled.`,
    revoked: `The platform took its approval back.${why}`,
  }[status]
  const done = status === 'approved' || status === 'self-approved'
  return { code: 'approval', title: 'Approval by the platform', done, detail }
}
