/**
 * What a form changed. What nobody touched is not sent, so that it cannot undo what somebody else changed meanwhile.
 * @param before the values as the form opened
 */
export function changedFields<Fields extends object>(before: Fields, after: Fields): Partial<Fields> {
  const isChanged = ([name, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(before[name as keyof Fields])
  return Object.fromEntries(Object.entries(after).filter(isChanged)) as Partial<Fields>
}
