import type { App } from '../http/app-type.ts'
import { health } from './schema.ts'
import { systemHealth, type HealthDeps } from './system-health.ts'

/** `/v1/operator/health`: how every server, queue and connection is. */
export function healthRoute(app: App, deps: HealthDeps): void {
  app.get(
    '/v1/operator/health',
    {
      config: {
        access: {
          resource: 'operator-health',
          action: 'read',
          doors: ['member'],
          role: 'viewer',
          operator: true,
        },
      },
      schema: {
        operationId: 'getSystemHealth',
        summary: 'How the system is',
        description:
          'Every server tells of itself every five seconds; queues and connections are looked at now.',
        tags: ['Operator'],
        response: { 200: health },
      },
    },
    () => systemHealth(deps),
  )
}
