/** Whether data is nested deeper than so many levels. Without recursion, and looking no further than it needs to. */
export function isDeeperThan(data: unknown, depthMax: number): boolean {
  let level: unknown[] = [data]
  for (let depth = 0; depth <= depthMax; depth += 1) {
    const containers = level.filter((value) => typeof value === 'object' && value !== null) as object[]
    if (containers.length === 0) return false
    level = containers.flatMap((value) => Object.values(value))
  }
  return true
}
