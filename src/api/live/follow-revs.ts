import { setImmediate } from 'node:timers/promises'

/**
 * Reads the rows above a cursor, page by page, up to the newest rev at the begin. One commit writes all rows of a rev: none is split over two
 * pages. A database that was set back counts its revs again, and is read from its begin. `setBack`: what was read before may not be there any
 * more.
 */
export function followRevs<Row extends { readonly rev: number }>(
  newest: () => Promise<number>,
  since: (rev: number) => Promise<readonly Row[]>,
  apply: (rows: readonly Row[]) => Promise<void> | void,
  setBack?: () => void,
) {
  let rev = 0
  return async (): Promise<void> => {
    const end = await newest()
    if (end < rev) {
      rev = 0
      setBack?.()
    }
    while (rev < end) {
      const rows = await since(rev)
      await apply(rows)
      const last = rows.at(-1)?.rev
      // Those that are left have moved on meanwhile, beyond the end.
      if (last === undefined) return
      rev = last
      await setImmediate()
    }
  }
}
