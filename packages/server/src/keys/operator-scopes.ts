/** What an operator key may be allowed under `/v1/operator`; each with the words that the console shows. */
export const OPERATOR_SCOPES = {
  'operator:verify': "Verify requests that the platform's own services received",
  'operator:event-types': "Declare the platform's own event types",
  'operator:events': "Publish the platform's own events to workspaces",
  'operator:workspaces': 'Read the list of workspaces',
} as const

export type OperatorScope = keyof typeof OPERATOR_SCOPES

export const ALL_OPERATOR_SCOPES = Object.keys(OPERATOR_SCOPES) as OperatorScope[]
