import { Link } from '@tanstack/react-router'
import type { ProductionLock } from '../production-lock.ts'

/** Why Production Mode is closed and what opens it. */
export function ProductionLockReason({ lock }: { lock: ProductionLock }) {
  return (
    <div className="lock-reason">
      <p>Production Mode opens when this workspace is activated. Until then everything works in Test Mode.</p>
      {lock.missing.length > 0 && (
        <>
          <p>Still to do:</p>
          <ul>
            {lock.missing.map((item) => (
              <li key={item.title}>
                <strong>{item.title}.</strong> {item.detail}
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <Link to="/activation" className="link">
          Open Activation
        </Link>
      </p>
    </div>
  )
}
