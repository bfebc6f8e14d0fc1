import { Burger, Drawer } from '@mantine/core'
import { Link, Outlet, useMatches } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { MODE_NAMES, useMode } from '../mode.ts'
import { ClockStrip } from './clock-strip.tsx'
import { Mark } from './icons.tsx'
import { ModeStrip } from './mode-strip.tsx'
import { Navigation } from './navigation.tsx'

/** The frame around every page behind the sign-in: navigation, mode strip, content. */
export function AppShell() {
  const [menuOpen, setMenuOpen] = useState(false)
  const mode = useMode()
  const page = useMatches({ select: (matches) => matches.at(-1)?.staticData })
  const close = () => setMenuOpen(false)

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
          <Navigation />
        </div>
        <div className="shell-main">
          <header className="topbar">
            <Link to="/" className="brand">
              <Mark size={22} /> Countersign
            </Link>
            <Burger
              ml="auto"
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
            <Outlet />
          </main>
        </div>
      </div>
      <Drawer opened={menuOpen} onClose={close} size={290} title="Menu" padding="sm">
        <Navigation onNavigate={close} />
      </Drawer>
    </>
  )
}
