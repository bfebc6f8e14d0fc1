import type { Executor } from '../database/database.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import { findActivation, findOwnerFacts, findWorkspace, type Workspace } from './queries.ts'

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
  items: ChecklistItem[]
}

/** A fact that another room knows: whether it holds, and what to say about it. */
export type Fact = { done: boolean; detail: string }

/** What later rooms say. Without them nothing is assumed: there is no payment connection, so Production stays locked. */
export type ActivationFacts = {
  paymentConnection?(executor: Executor, currencyType: CurrencyType): Promise<Fact>
  /** Null: the workspace uses no webhooks in Production Mode, so nothing is asked of it. */
  webhook?(executor: Executor, workspaceId: string): Promise<Fact | null>
}

export type Activation = {
  checklist(executor: Executor, workspaceId: string, currencyType: CurrencyType): Promise<Checklist>
  isProductionOpen(executor: Executor, workspaceId: string, currencyType: CurrencyType): Promise<boolean>
}

/** What opens Production Mode, per workspace and currency type. It is read from facts and stored nowhere. */
export function createActivation(facts: ActivationFacts = {}): Activation {
  const checklist: Activation['checklist'] = async (executor, workspaceId, currencyType) => {
    // One after the other: the executor may be one client, which runs one statement at a time.
    const owners = await findOwnerFacts(executor, workspaceId)
    const workspace = await findWorkspace(executor, workspaceId)
    const approval = await findActivation(executor, { workspaceId, currencyType })
    const connection = (await facts.paymentConnection?.(executor, currencyType)) ?? {
      done: false,
      detail: 'The platform has not set up a payment connection for this currency type yet.',
    }
    const webhook = (await facts.webhook?.(executor, workspaceId)) ?? null

    const items: ChecklistItem[] = [
      ownersItem('email_verified', owners.owners, owners.emailsVerified),
      ownersItem('two_factor', owners.owners, owners.secondFactors),
      profileItem(workspace),
      { code: 'payment_connection', title: 'Payment connection', ...connection },
      ...(webhook ? [{ code: 'webhook' as const, title: 'Webhook endpoint answers', ...webhook }] : []),
      {
        code: 'approval',
        title: 'Approval by the platform',
        done: approval?.approvedAt != null,
        detail: approval?.approvedAt
          ? approval.selfApproved
            ? 'Approved by an operator who is a member of this workspace.'
            : 'Approved.'
          : 'The platform approves the workspace once the rest is done.',
      },
    ]
    return {
      currencyType,
      open: items.every((item) => item.done),
      selfApproved: approval?.selfApproved ?? false,
      items,
    }
  }
  return {
    checklist,
    isProductionOpen: async (executor, workspaceId, currencyType) =>
      (await checklist(executor, workspaceId, currencyType)).open,
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

/** Every owner, because any one of them can do everything. */
function ownersItem(code: keyof typeof OWNER_ITEMS, owners: number, count: number): ChecklistItem {
  const { title, todo, done } = OWNER_ITEMS[code]
  const isDone = owners > 0 && count === owners
  return { code, title, done: isDone, detail: isDone ? done : todo }
}

const PROFILE_REQUIRED = {
  legal_name: 'legal name',
  country: 'country',
  contact_email: 'contact e-mail',
} as const

function profileItem(workspace: Workspace | null): ChecklistItem {
  const missing = Object.entries(PROFILE_REQUIRED)
    .filter(([field]) => !workspace?.[field as keyof typeof PROFILE_REQUIRED])
    .map(([, label]) => label)
  return {
    code: 'profile',
    title: 'Workspace profile',
    done: missing.length === 0,
    detail:
      missing.length === 0 ? 'The profile is complete.' : `Fill in under Settings: ${missing.join(', ')}.`,
  }
}
