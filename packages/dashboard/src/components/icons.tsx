import type { ReactNode, SVGProps } from 'react'

// Drawn here because the icon set has none; the same 15-pixel grid and weight as @radix-ui/react-icons.
function Icon({ children, ...rest }: SVGProps<SVGSVGElement> & { children: ReactNode }) {
  return (
    <svg
      width="15"
      height="15"
      viewBox="0 0 15 15"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.1"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
      {...rest}
    >
      {children}
    </svg>
  )
}

export const BeakerIcon = () => (
  <Icon>
    <path d="M5 1.5h5M6 1.5v4L2.4 11.8A1.1 1.1 0 0 0 3.4 13.5h8.2a1.1 1.1 0 0 0 1-1.7L9 5.5v-4M4 9.2h7" />
  </Icon>
)

export const KeyIcon = () => (
  <Icon>
    <circle cx="4.6" cy="10.4" r="3.1" />
    <path d="M6.9 8.1l6-6M10.3 4.7l2.2 2.2M8.6 6.4l1.4 1.4" />
  </Icon>
)

export const Mark = ({ size = 24 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
    <rect width="32" height="32" rx="8" fill="var(--ink)" />
    <path
      d="M7 17.5l5.2 5L21 9"
      fill="none"
      stroke="#fff"
      strokeWidth="3"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
    <path
      d="M16.5 22.5L25.3 9"
      fill="none"
      stroke="#fff"
      strokeWidth="3"
      strokeLinecap="round"
      opacity=".55"
    />
  </svg>
)
