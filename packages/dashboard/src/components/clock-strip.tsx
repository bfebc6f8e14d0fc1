import { ClockIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { clockInWords } from '../test-clock-words.ts'
import { testClockQuery } from '../test-mode.ts'

/** Says that the clock of Test Mode is not the server's; nothing where it is. */
export function ClockStrip() {
  const clock = useQuery(testClockQuery).data
  const words = clock && clockInWords(clock)
  if (!words) return null
  return (
    <div className="clock-strip" role="status">
      <ClockIcon />
      <span>
        <strong>{words}</strong> It decides when what waits in Test Mode happens.
      </span>
      <Link to="/test-cases" className="link">
        Test clock
      </Link>
    </div>
  )
}
