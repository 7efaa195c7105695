/** A cursor names the list that it is of, and its order: one of another list is refused, and never read as something else. */
import type { Route } from '@baykeeper/contract/route.ts'
import { hash48 } from '../lib/hash.ts'
import { BadCursor } from '../store/store.ts'

interface Query {
  readonly cursor?: string | undefined
  readonly sort?: string | undefined
}

const tagOf = ({ path }: Pick<Route, 'path'>, sort: unknown) => hash48(`${path} ${String(sort ?? '')}`).toString(36)

/** As it is given to clients. */
export const namedCursor = (route: Pick<Route, 'path'>, { sort }: Query, cursor: string): string =>
  `${tagOf(route, sort)}.${cursor}`

/** The query with the cursor as the store wrote it; throws where it is of another list. */
export function withOwnCursor<Q>(route: Pick<Route, 'path'>, query: Q): Q {
  const { cursor, sort } = (query ?? {}) as Query
  const [, tag, own] = /^([^.]*)\.(.*)$/s.exec(cursor ?? '') ?? []
  if (own === undefined) return query
  if (tag !== tagOf(route, sort))
    throw new BadCursor(
      'this cursor is of another list or of another order: leave it out to start at the first page, and use `next` of its pages from there',
    )
  return { ...query, cursor: own }
}
