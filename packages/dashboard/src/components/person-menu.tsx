import { Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import {
  CaretSortIcon,
  CheckIcon,
  DesktopIcon,
  ExitIcon,
  GearIcon,
  MoonIcon,
  SunIcon,
} from '@radix-ui/react-icons'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Me } from '../api-types.ts'
import { signOut } from '../session.ts'

const SCHEMES: { value: MantineColorScheme; name: string; icon: ReactNode }[] = [
  { value: 'light', name: 'Light', icon: <SunIcon /> },
  { value: 'dark', name: 'Dark', icon: <MoonIcon /> },
  { value: 'auto', name: 'Like the system', icon: <DesktopIcon /> },
]

export function PersonMenu({ me, onNavigate }: { me: Me; onNavigate?: () => void }) {
  const navigate = useNavigate()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  // A full load leaves nothing of this person in memory.
  const leave = async () => {
    await signOut()
    location.assign('/sign-in')
  }
  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <button type="button" className="nav-person" aria-label={`Account menu of ${me.user.name}`}>
          <span className="avatar" aria-hidden>
            {me.user.name.slice(0, 1).toUpperCase()}
          </span>
          <span className="names">
            <span>{me.user.name}</span>
            <span className="quiet">{me.user.email}</span>
          </span>
          <CaretSortIcon />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<GearIcon />}
          onClick={() => {
            onNavigate?.()
            void navigate({ to: '/settings' }) // the router reports its own failures
          }}
        >
          Settings
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        {SCHEMES.map(({ value, name, icon }) => (
          <Menu.Item
            key={value}
            leftSection={icon}
            rightSection={colorScheme === value ? <CheckIcon aria-label="chosen" /> : null}
            onClick={() => setColorScheme(value)}
            closeMenuOnClick={false}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<ExitIcon />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
