import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/components.css'
import './styles/records.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ProblemError } from './api.ts'
import { SignInAgain } from './components/sign-in-again.tsx'
import { WorkspaceChanged } from './components/workspace-changed.tsx'
import { router } from './router.tsx'
import { meQuery } from './session.ts'
import { theme } from './theme.ts'

const RETRIES_MAX = 2

/** Refusals that tell of a change behind the page: of the person's role, or that the workspace was stopped. */
const TELLING = ['role-missing', 'workspace-suspended']

/** What such a refusal tells is asked for again, and the page then shows what may be done now, and why not. */
function seeMeAgain(error: Error): void {
  if (!(error instanceof ProblemError) || !TELLING.includes(error.code)) return
  void queryClient.invalidateQueries({ queryKey: meQuery.queryKey }) // its own failure shows where it is used
}

const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: seeMeAgain }),
  mutationCache: new MutationCache({ onError: seeMeAgain }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server has refused stays refused; only silence and 5xx are worth another try.
      retry: (count, error) =>
        count < RETRIES_MAX && !(error instanceof ProblemError && error.status >= 400 && error.status < 500),
    },
  },
})

const place = document.getElementById('root')
if (!place) throw new Error('index.html has no #root')

createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" />
        <SignInAgain />
        <WorkspaceChanged />
        <RouterProvider router={router} context={{ queryClient }} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
