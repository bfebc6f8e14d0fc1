import { ArrowLeftIcon } from '@radix-ui/react-icons'
import { createLink } from '@tanstack/react-router'
import { forwardRef, type AnchorHTMLAttributes } from 'react'

const BackAnchor = forwardRef<HTMLAnchorElement, AnchorHTMLAttributes<HTMLAnchorElement>>(
  ({ children, ...props }, ref) => (
    <a ref={ref} {...props} className="link row back-link">
      <ArrowLeftIcon /> {children}
    </a>
  ),
)

/** The way up from a detail to the list that it belongs to. */
export const BackLink = createLink(BackAnchor)
