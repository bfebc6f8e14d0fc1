import { ActionIcon, Burger, Drawer } from '@mantine/core'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { Link, Outlet, useMatches } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { MODE_NAMES, useMode } from '../mode.ts'
import { ClockStrip } from './clock-strip.tsx'
import { CommandHost, type Asked } from './command-host.tsx'
import { Mark } from './icons.tsx'
import { ModeStrip } from './mode-strip.tsx'
import { Navigation } from './navigation.tsx'
import { SuspendedNotice } from './suspended-notice.tsx'

/** The frame around every page behind the sign-in: navigation, mode strip, content. */
export function AppShell() {
  const [menuOpen, setMenuOpen] = useState(false)
  const mode = useMode()
  const page = useMatches({ select: (matches) => matches.at(-1)?.staticData })
  const close = () => setMenuOpen(false)
  const [asked, setAsked] = useState<Asked>(null)
  const search = () => {
    close()
    setAsked('palette')
  }

  useEffect(() => {
    const parts = [page?.title, page?.scope === 'workspace' ? undefined : MODE_NAMES[mode], 'Countersign']
    document.title = parts.filter(Boolean).join(' · ')
  }, [page, mode])

  return (
    <>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <div className="shell">
        <div className="shell-nav">
          <Navigation onSearch={search} />
        </div>
        <div className="shell-main">
          <header className="topbar">
            <Link to="/" className="brand">
              <Mark size={22} /> Countersign
            </Link>
            <ActionIcon
              ml="auto"
              variant="subtle"
              color="gray"
              size={44}
              onClick={search}
              aria-label="Search or go to"
            >
              <MagnifyingGlassIcon width={18} height={18} />
            </ActionIcon>
            <Burger
              size="sm"
              opened={menuOpen}
              onClick={() => setMenuOpen(true)}
              aria-label="Open the menu"
              w={44}
              h={44}
            />
          </header>
          <ModeStrip strip={page?.strip} />
          {mode === 'test' && !page?.strip && <ClockStrip />}
          <main className="content" id="content" tabIndex={-1}>
            <SuspendedNotice />
            <Outlet />
          </main>
        </div>
      </div>
      <Drawer opened={menuOpen} onClose={close} size={290} title="Menu" padding="sm">
        <Navigation onSearch={search} onNavigate={close} />
      </Drawer>
      <CommandHost asked={asked} onAsk={setAsked} />
    </>
  )
}
