import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { ProblemError, type Mode } from './api.ts'
import { AUDIT_FILTER_NAMES, PLATFORM_AUDIT_FILTER_NAMES } from './audit-log.ts'
import { AppShell } from './components/app-shell.tsx'
import { Gate } from './components/gate.tsx'
import { CrashPage, NotFoundPage, PendingShell } from './components/whole-page-states.tsx'
import { KEY_FILTER_NAMES, type KeyFilters } from './keys.ts'
import { LOG_FILTER_NAMES } from './logs.ts'
import { ACCOUNT_FILTER_NAMES, ENTRY_FILTER_NAMES, TRANSACTION_FILTER_NAMES } from './money.ts'
import { SETTLEMENT_FILTER_NAMES } from './operator.ts'
import { REPORT_FILTER_NAMES, STATEMENT_FILTER_NAMES } from './reports.ts'
import { safeReturn } from './safe-return.ts'
import { meQuery } from './session.ts'
import { USAGE_FILTER_NAMES } from './usage.ts'
import { PAGES_MAX } from './use-pages.ts'
import { DELIVERY_FILTER_NAMES, ENDPOINT_FILTER_NAMES, EVENT_FILTER_NAMES } from './webhooks.ts'

type Text = string | undefined
type Scope = 'mode' | 'workspace'

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** What the browser tab says. */
    title?: string
    /** Pages of the workspace show both modes; this sentence in the strip says so. */
    scope?: Scope
    strip?: string
  }
  interface Register {
    router: typeof router
  }
}

const text = (value: unknown): Text =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

/** The filters of a list as its URL holds them; anything else in the URL is not passed on. */
const filtersOf =
  <Name extends string>(names: readonly Name[]) =>
  (search: Record<string, unknown>): Partial<Record<Name, Text>> =>
    Object.fromEntries(names.map((name) => [name, text(search[name])])) as Partial<Record<Name, Text>>

/** How many pages of its list a page shows, where it is more than the first. */
const pagesOf = (value: unknown): { pages?: number } => {
  const pages = Math.trunc(Number(value))
  return pages > 1 ? { pages: Math.min(pages, PAGES_MAX) } : {}
}

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  validateSearch: (search: Record<string, unknown>): { mode?: Mode; pages?: number } => ({
    ...(search['mode'] === 'production' || search['mode'] === 'test' ? { mode: search['mode'] } : {}),
    ...pagesOf(search['pages']),
  }),
  search: { middlewares: [retainSearchParams(['mode'])] },
  notFoundComponent: NotFoundPage,
  errorComponent: CrashPage,
})

const outside = createRoute({ getParentRoute: () => root, id: 'outside', component: Gate })

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: AppShell,
  pendingComponent: PendingShell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(meQuery)
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 401) throw error
      throw redirect({ to: '/sign-in', search: { return: location.href }, replace: true })
    }
  },
})

const signInRoute = createRoute({
  getParentRoute: () => outside,
  path: '/sign-in',
  staticData: { title: 'Sign in' },
  validateSearch: (search: Record<string, unknown>): { return?: Text } => ({
    return: safeReturn(search['return']),
  }),
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignInPage'),
})
const signUpRoute = createRoute({
  getParentRoute: () => outside,
  path: '/sign-up',
  staticData: { title: 'Sign up' },
  component: lazyRouteComponent(() => import('./pages/sign-up.tsx'), 'SignUpPage'),
})
const setupRoute = createRoute({
  getParentRoute: () => outside,
  path: '/setup',
  staticData: { title: 'Set up' },
  validateSearch: (search: Record<string, unknown>): { token?: Text } => ({ token: text(search['token']) }),
  component: lazyRouteComponent(() => import('./pages/setup.tsx'), 'SetupPage'),
})
const forgotPasswordRoute = createRoute({
  getParentRoute: () => outside,
  path: '/forgot-password',
  staticData: { title: 'Forgot password' },
  component: lazyRouteComponent(() => import('./pages/forgot-password.tsx'), 'ForgotPasswordPage'),
})
const resetPasswordRoute = createRoute({
  getParentRoute: () => outside,
  path: '/reset-password',
  staticData: { title: 'Reset password' },
  validateSearch: (search: Record<string, unknown>): { token?: Text } => ({ token: text(search['token']) }),
  component: lazyRouteComponent(() => import('./pages/reset-password.tsx'), 'ResetPasswordPage'),
})
const verifyEmailRoute = createRoute({
  getParentRoute: () => outside,
  path: '/verify-email',
  staticData: { title: 'Verify your e-mail' },
  validateSearch: (search: Record<string, unknown>): { token?: Text } => ({ token: text(search['token']) }),
  component: lazyRouteComponent(() => import('./pages/verify-email.tsx'), 'VerifyEmailPage'),
})

const acceptInvitationRoute = createRoute({
  getParentRoute: () => outside,
  path: '/accept-invitation',
  staticData: { title: 'Invitation' },
  validateSearch: (search: Record<string, unknown>): { token?: Text } => ({ token: text(search['token']) }),
  component: lazyRouteComponent(() => import('./pages/accept-invitation.tsx'), 'AcceptInvitationPage'),
})

const homeRoute = createRoute({
  getParentRoute: () => inside,
  path: '/',
  staticData: { title: 'Home' },
  validateSearch: filtersOf(USAGE_FILTER_NAMES),
  component: lazyRouteComponent(() => import('./pages/home.tsx'), 'HomePage'),
})
const keysStrip = 'API Keys belong to the workspace: both modes are shown.'
const apiKeysRoute = createRoute({
  getParentRoute: () => inside,
  path: '/api-keys',
  staticData: { title: 'API Keys', scope: 'workspace', strip: keysStrip },
  validateSearch: (
    search: Record<string, unknown>,
  ): KeyFilters & { deleted?: 'show' | undefined; use?: Text } => ({
    ...Object.fromEntries(KEY_FILTER_NAMES.map((name) => [name, text(search[name])])),
    deleted: search['deleted'] === 'show' ? 'show' : undefined,
    use: text(search['use']),
  }),
  component: lazyRouteComponent(() => import('./pages/api-keys.tsx'), 'ApiKeysPage'),
})
const createApiKeyRoute = createRoute({
  getParentRoute: () => inside,
  path: '/api-keys/new',
  staticData: { title: 'Create API Key', scope: 'workspace', strip: keysStrip },
  component: lazyRouteComponent(() => import('./pages/create-api-key.tsx'), 'CreateApiKeyPage'),
})
const apiKeyRoute = createRoute({
  getParentRoute: () => inside,
  path: '/api-keys/$keyId',
  staticData: { title: 'API Key', scope: 'workspace', strip: keysStrip },
  validateSearch: filtersOf(['use']),
  component: lazyRouteComponent(() => import('./pages/api-key.tsx'), 'ApiKeyPage'),
})
const cliLoginRoute = createRoute({
  getParentRoute: () => inside,
  path: '/cli-login',
  staticData: {
    title: 'Log in a command line',
    scope: 'workspace',
    strip: 'The command line gets an API Key of this workspace, in the mode that you choose.',
  },
  validateSearch: filtersOf(['id']),
  component: lazyRouteComponent(() => import('./pages/cli-login.tsx'), 'CliLoginPage'),
})

const transactionLogsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/transaction-logs',
  staticData: { title: 'Transaction Logs' },
  validateSearch: filtersOf([...LOG_FILTER_NAMES, 'open']),
  component: lazyRouteComponent(() => import('./pages/transaction-logs.tsx'), 'TransactionLogsPage'),
})
const transactionLogRoute = createRoute({
  getParentRoute: () => inside,
  path: '/transaction-logs/$requestId',
  staticData: { title: 'Request' },
  component: lazyRouteComponent(() => import('./pages/transaction-log.tsx'), 'TransactionLogPage'),
})
const signatureDebuggerRoute = createRoute({
  getParentRoute: () => inside,
  path: '/signature-debugger',
  staticData: {
    title: 'Signature debugger',
    scope: 'workspace',
    strip: 'The debugger knows the API Keys of both modes.',
  },
  validateSearch: filtersOf(['request']),
  component: lazyRouteComponent(() => import('./pages/signature-debugger.tsx'), 'SignatureDebuggerPage'),
})
const webhooksRoute = createRoute({
  getParentRoute: () => inside,
  path: '/webhooks',
  staticData: { title: 'Webhooks' },
  validateSearch: filtersOf(ENDPOINT_FILTER_NAMES),
  component: lazyRouteComponent(() => import('./pages/webhooks.tsx'), 'WebhooksPage'),
})
const addWebhookRoute = createRoute({
  getParentRoute: () => inside,
  path: '/webhooks/new',
  staticData: { title: 'Add Webhook' },
  component: lazyRouteComponent(() => import('./pages/add-webhook.tsx'), 'AddWebhookPage'),
})
const webhookRoute = createRoute({
  getParentRoute: () => inside,
  path: '/webhooks/$endpointId',
  staticData: { title: 'Webhook' },
  validateSearch: (search: Record<string, unknown>): { test?: Text } => ({ test: text(search['test']) }),
  component: lazyRouteComponent(() => import('./pages/webhook.tsx'), 'WebhookPage'),
})
const webhookLogsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/webhook-logs',
  staticData: { title: 'Webhook Logs' },
  validateSearch: filtersOf([...DELIVERY_FILTER_NAMES, 'open']),
  component: lazyRouteComponent(() => import('./pages/webhook-logs.tsx'), 'WebhookLogsPage'),
})
const webhookLogRoute = createRoute({
  getParentRoute: () => inside,
  path: '/webhook-logs/$deliveryId',
  staticData: { title: 'Delivery' },
  component: lazyRouteComponent(() => import('./pages/webhook-log.tsx'), 'WebhookLogPage'),
})
const eventsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/events',
  staticData: { title: 'Events' },
  validateSearch: filtersOf([...EVENT_FILTER_NAMES, 'open']),
  component: lazyRouteComponent(() => import('./pages/events.tsx'), 'EventsPage'),
})
const eventTypesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/events/types',
  staticData: {
    title: 'Event catalogue',
    scope: 'workspace',
    strip: 'The event catalogue is the same in both modes.',
  },
  validateSearch: filtersOf(['type']),
  component: lazyRouteComponent(() => import('./pages/event-types.tsx'), 'EventTypesPage'),
})
const eventRoute = createRoute({
  getParentRoute: () => inside,
  path: '/events/$eventId',
  staticData: { title: 'Event' },
  component: lazyRouteComponent(() => import('./pages/event.tsx'), 'EventPage'),
})
const transactionsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/transactions',
  staticData: { title: 'Transactions' },
  validateSearch: filtersOf(TRANSACTION_FILTER_NAMES),
  component: lazyRouteComponent(() => import('./pages/transactions.tsx'), 'TransactionsPage'),
})
const reportsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/reports',
  staticData: { title: 'Reports' },
  validateSearch: filtersOf(REPORT_FILTER_NAMES),
  component: lazyRouteComponent(() => import('./pages/reports.tsx'), 'ReportsPage'),
})
const newTransactionRoute = createRoute({
  getParentRoute: () => inside,
  path: '/transactions/new',
  staticData: { title: 'New transaction' },
  component: lazyRouteComponent(() => import('./pages/new-transaction.tsx'), 'NewTransactionPage'),
})
const transactionRoute = createRoute({
  getParentRoute: () => inside,
  path: '/transactions/$transactionId',
  staticData: { title: 'Transaction' },
  component: lazyRouteComponent(() => import('./pages/transaction.tsx'), 'TransactionPage'),
})
const testCasesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/test-cases',
  staticData: { title: 'Test cases' },
  validateSearch: (search: Record<string, unknown>): { run?: Text } => ({ run: text(search['run']) }),
  component: lazyRouteComponent(() => import('./pages/test-cases.tsx'), 'TestCasesPage'),
})
const balancesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/balances',
  staticData: { title: 'Balances' },
  validateSearch: filtersOf(ACCOUNT_FILTER_NAMES),
  component: lazyRouteComponent(() => import('./pages/balances.tsx'), 'BalancesPage'),
})
const accountRoute = createRoute({
  getParentRoute: () => inside,
  path: '/balances/$accountId',
  staticData: { title: 'Account' },
  validateSearch: filtersOf([...STATEMENT_FILTER_NAMES, ...ENTRY_FILTER_NAMES]),
  component: lazyRouteComponent(() => import('./pages/account.tsx'), 'AccountPage'),
})
const teamRoute = createRoute({
  getParentRoute: () => inside,
  path: '/team',
  staticData: {
    title: 'Team',
    scope: 'workspace',
    strip: 'Members belong to the workspace and work in both modes.',
  },
  component: lazyRouteComponent(() => import('./pages/team.tsx'), 'TeamPage'),
})
const auditLogRoute = createRoute({
  getParentRoute: () => inside,
  path: '/audit-log',
  staticData: {
    title: 'Audit log',
    scope: 'workspace',
    strip: 'The audit log belongs to the workspace: both modes are shown.',
  },
  validateSearch: filtersOf(AUDIT_FILTER_NAMES),
  component: lazyRouteComponent(() => import('./pages/audit-log.tsx'), 'AuditLogPage'),
})
const settingsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  staticData: {
    title: 'Settings',
    scope: 'workspace',
    strip: 'Settings belong to the workspace and hold in both modes.',
  },
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'SettingsPage'),
})
const twoFactorRoute = createRoute({
  getParentRoute: () => inside,
  path: '/settings/two-factor',
  staticData: {
    title: 'Second factor',
    scope: 'workspace',
    strip: 'The second factor is yours and holds in both modes.',
  },
  component: lazyRouteComponent(() => import('./pages/two-factor.tsx'), 'TwoFactorPage'),
})
const activationRoute = createRoute({
  getParentRoute: () => inside,
  path: '/activation',
  staticData: {
    title: 'Activation',
    scope: 'workspace',
    strip: 'Activation belongs to the workspace: it opens Production Mode.',
  },
  component: lazyRouteComponent(() => import('./pages/activation.tsx'), 'ActivationPage'),
})
const operatorStrip = 'Operator pages concern the whole server, in both modes.'
const productionStrip = 'Operator page: Production Mode of every workspace. Real money moves.'
const operatorActivationsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/activations',
  staticData: { title: 'Activation queue', scope: 'workspace', strip: productionStrip },
  validateSearch: filtersOf(['status', 'workspace_id']),
  component: lazyRouteComponent(() => import('./pages/operator-activations.tsx'), 'OperatorActivationsPage'),
})
const operatorSettlementsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/settlements',
  staticData: { title: 'Settlement queue', scope: 'workspace', strip: productionStrip },
  validateSearch: filtersOf(SETTLEMENT_FILTER_NAMES),
  component: lazyRouteComponent(() => import('./pages/operator-settlements.tsx'), 'OperatorSettlementsPage'),
})
const operatorSettlementRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/settlements/$transactionId',
  staticData: { title: 'Settlement', scope: 'workspace', strip: productionStrip },
  component: lazyRouteComponent(() => import('./pages/operator-settlement.tsx'), 'OperatorSettlementPage'),
})
const operatorStatementRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/statement',
  staticData: { title: 'Import statement', scope: 'workspace', strip: productionStrip },
  component: lazyRouteComponent(() => import('./pages/operator-statement.tsx'), 'OperatorStatementPage'),
})
const operatorUnmatchedRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/unmatched-deposits',
  staticData: { title: 'Unmatched deposits', scope: 'workspace', strip: productionStrip },
  validateSearch: filtersOf(['state', 'currency']),
  component: lazyRouteComponent(() => import('./pages/operator-unmatched.tsx'), 'OperatorUnmatchedPage'),
})
const operatorWorkspacesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/workspaces',
  staticData: { title: 'Workspaces', scope: 'workspace', strip: operatorStrip },
  validateSearch: filtersOf(['search', 'suspended']),
  component: lazyRouteComponent(() => import('./pages/operator-workspaces.tsx'), 'OperatorWorkspacesPage'),
})
const operatorWorkspaceRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/workspaces/$workspaceId',
  staticData: { title: 'Workspace', scope: 'workspace', strip: operatorStrip },
  component: lazyRouteComponent(() => import('./pages/operator-workspace.tsx'), 'OperatorWorkspacePage'),
})
const operatorRailsRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/payment-connections',
  staticData: { title: 'Payment connections', scope: 'workspace', strip: productionStrip },
  component: lazyRouteComponent(() => import('./pages/operator-rails.tsx'), 'OperatorRailsPage'),
})
const operatorFeesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/fees',
  staticData: { title: 'Fees', scope: 'workspace', strip: operatorStrip },
  component: lazyRouteComponent(() => import('./pages/operator-fees.tsx'), 'OperatorFeesPage'),
})
const operatorEventTypesRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/event-types',
  staticData: { title: 'Event types', scope: 'workspace', strip: operatorStrip },
  component: lazyRouteComponent(() => import('./pages/operator-event-types.tsx'), 'OperatorEventTypesPage'),
})
const operatorSigningKeysRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/signing-keys',
  staticData: { title: 'Signing keys', scope: 'workspace', strip: operatorStrip },
  component: lazyRouteComponent(() => import('./pages/operator-signing-keys.tsx'), 'OperatorSigningKeysPage'),
})
const operatorKeysRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/keys',
  staticData: { title: 'Operator keys', scope: 'workspace', strip: operatorStrip },
  component: lazyRouteComponent(() => import('./pages/operator-keys.tsx'), 'OperatorKeysPage'),
})
const createOperatorKeyRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/keys/new',
  staticData: { title: 'Create operator key', scope: 'workspace', strip: operatorStrip },
  component: lazyRouteComponent(() => import('./pages/create-operator-key.tsx'), 'CreateOperatorKeyPage'),
})
const operatorKeyRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/keys/$keyId',
  staticData: { title: 'Operator key', scope: 'workspace', strip: operatorStrip },
  component: lazyRouteComponent(() => import('./pages/operator-key.tsx'), 'OperatorKeyPage'),
})
const operatorReconciliationRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/reconciliation',
  staticData: { title: 'Reconciliation', scope: 'workspace', strip: operatorStrip },
  validateSearch: filtersOf(['state']),
  component: lazyRouteComponent(
    () => import('./pages/operator-reconciliation.tsx'),
    'OperatorReconciliationPage',
  ),
})
const operatorHealthRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/health',
  staticData: { title: 'System health', scope: 'workspace', strip: operatorStrip },
  component: lazyRouteComponent(() => import('./pages/operator-health.tsx'), 'OperatorHealthPage'),
})
const operatorEvidenceRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/reconciliation/$subjectId',
  staticData: { title: 'Evidence', scope: 'workspace', strip: operatorStrip },
  component: lazyRouteComponent(() => import('./pages/operator-evidence.tsx'), 'OperatorEvidencePage'),
})
const operatorAuditLogRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/audit-log',
  staticData: { title: 'Platform audit log', scope: 'workspace', strip: operatorStrip },
  validateSearch: filtersOf(PLATFORM_AUDIT_FILTER_NAMES),
  component: lazyRouteComponent(() => import('./pages/operator-audit-log.tsx'), 'OperatorAuditLogPage'),
})
const operatorMailRoute = createRoute({
  getParentRoute: () => inside,
  path: '/operator/mail',
  staticData: {
    title: 'Mail',
    scope: 'workspace',
    strip: operatorStrip,
  },
  validateSearch: (search: Record<string, unknown>): { message?: Text } => ({
    message: text(search['message']),
  }),
  component: lazyRouteComponent(() => import('./pages/operator-mail.tsx'), 'OperatorMailPage'),
})

const routeTree = root.addChildren([
  outside.addChildren([
    signInRoute,
    signUpRoute,
    setupRoute,
    forgotPasswordRoute,
    resetPasswordRoute,
    verifyEmailRoute,
    acceptInvitationRoute,
  ]),
  inside.addChildren([
    homeRoute,
    apiKeysRoute,
    createApiKeyRoute,
    apiKeyRoute,
    cliLoginRoute,
    transactionLogsRoute,
    transactionLogRoute,
    signatureDebuggerRoute,
    webhooksRoute,
    addWebhookRoute,
    webhookRoute,
    webhookLogsRoute,
    webhookLogRoute,
    eventsRoute,
    eventTypesRoute,
    eventRoute,
    transactionsRoute,
    newTransactionRoute,
    reportsRoute,
    transactionRoute,
    testCasesRoute,
    balancesRoute,
    accountRoute,
    teamRoute,
    auditLogRoute,
    settingsRoute,
    twoFactorRoute,
    activationRoute,
    operatorActivationsRoute,
    operatorSettlementsRoute,
    operatorSettlementRoute,
    operatorStatementRoute,
    operatorUnmatchedRoute,
    operatorWorkspacesRoute,
    operatorWorkspaceRoute,
    operatorRailsRoute,
    operatorFeesRoute,
    operatorEventTypesRoute,
    operatorSigningKeysRoute,
    operatorKeysRoute,
    createOperatorKeyRoute,
    operatorKeyRoute,
    operatorReconciliationRoute,
    operatorEvidenceRoute,
    operatorHealthRoute,
    operatorMailRoute,
    operatorAuditLogRoute,
  ]),
])

export const router = createRouter({
  routeTree,
  context: { queryClient: undefined as unknown as QueryClient },
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  scrollRestoration: true,
})
