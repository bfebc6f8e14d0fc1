import { amountParts } from '../money-words.ts'

type AmountProps = { value: string; currency?: string }

/** A decimal string as it travels, grouped by space that copying does not take along. */
export function Amount({ value, currency }: AmountProps) {
  const { sign, groups, fraction, zeros } = amountParts(value)
  return (
    <span className="amount">
      <span className="digits">
        {sign}
        {groups.map((group, index) => (
          <span key={index}>{group}</span>
        ))}
        {fraction}
        {zeros && <span className="quiet">{zeros}</span>}
      </span>
      {currency && <span className="currency"> {currency}</span>}
    </span>
  )
}
