/** Items whose key an earlier item has, each with that earlier item. */
export function repeated<T>(items: readonly T[], keyOf: (item: T) => string): { one: T; first: T }[] {
  const seen = new Map<string, T>()
  return items.flatMap((one) => {
    const first = seen.get(keyOf(one))
    if (first) return [{ one, first }]
    seen.set(keyOf(one), one)
    return []
  })
}
