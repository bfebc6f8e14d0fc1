import { Button, Menu } from '@mantine/core'
import { PaperPlaneIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMode } from '../mode.ts'
import { endpointsQuery } from '../webhooks.ts'
import { LinkButton } from './link-button.tsx'

/** Leads to the page of an endpoint with this type chosen under "Send a test event". */
export function SendTestEvent({ type }: { type: string }) {
  const navigate = useNavigate()
  const endpoints = useQuery(endpointsQuery(useMode()))
  if (!endpoints.isSuccess) return null
  const { data } = endpoints.data
  if (data.length === 0)
    return (
      <div>
        <LinkButton to="/webhooks/new" variant="default">
          Add a webhook to test it
        </LinkButton>
      </div>
    )
  return (
    <div>
      <Menu position="bottom-start" width="max-content">
        <Menu.Target>
          <Button variant="default" leftSection={<PaperPlaneIcon />}>
            Send a test event
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} maw="min(90vw, 480px)" style={{ overflowY: 'auto' }}>
          <Menu.Label>To which webhook?</Menu.Label>
          {data.map((endpoint) => (
            <Menu.Item
              key={endpoint.id}
              onClick={() =>
                void navigate({
                  to: '/webhooks/$endpointId',
                  params: { endpointId: endpoint.id },
                  search: { test: type },
                })
              }
              disabled={!endpoint.enabled}
              style={{ wordBreak: 'break-all' }}
            >
              {endpoint.url}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
