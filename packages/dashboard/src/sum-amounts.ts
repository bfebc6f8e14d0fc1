/** What amounts add up to for each currency, exact: decimal strings in, decimal strings out. */
export function sumAmounts(
  amounts: readonly { currency: string; amount: string }[],
): { currency: string; amount: string }[] {
  const sums = new Map<string, { minor: bigint; decimals: number }>()
  for (const { currency, amount } of amounts) {
    const [whole = '0', fraction = ''] = amount.split('.')
    const before = sums.get(currency) ?? { minor: 0n, decimals: 0 }
    const decimals = Math.max(before.decimals, fraction.length)
    const scaled = (minor: bigint, from: number) => minor * 10n ** BigInt(decimals - from)
    sums.set(currency, {
      decimals,
      minor: scaled(before.minor, before.decimals) + scaled(BigInt(whole + fraction), fraction.length),
    })
  }
  return [...sums].map(([currency, { minor, decimals }]) => {
    const digits = minor.toString().padStart(decimals + 1, '0')
    const point = digits.length - decimals
    return { currency, amount: decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}` }
  })
}
