/** What follows from the declaration of a route, for the server and for the reference: media types, lists, statuses. */
import type { Answer, Route } from '@baykeeper/contract/route.ts'
import * as z from 'zod'

export const jsonType = 'application/json'
export const csvType = 'text/csv'

const isGood = ({ status }: Answer) => status >= 200 && status < 300
export const typeOf = ({ type = jsonType }: Answer): string => type

/** The answer in JSON when all went well. */
const jsonAnswer = ({ answers }: Route) => answers.find((answer) => isGood(answer) && typeOf(answer) === jsonType)

/** Schema of an item where the route answers a list in JSON. */
export function listItem(route: Route): z.ZodType | undefined {
  const schema = jsonAnswer(route)?.schema?.[1]
  if (route.method !== 'GET' || !(schema instanceof z.ZodObject)) return undefined
  const items: unknown = schema.shape['items']
  return items instanceof z.ZodArray ? (items.element as z.ZodType) : undefined
}

/** Media types of what is answered when all goes well, the one that is sent where any will do first. */
export function mediaTypes(route: Route): readonly string[] {
  const own = [...new Set(route.answers.filter((answer) => isGood(answer)).map(typeOf))]
  return listItem(route) && !own.includes(csvType) ? [...own, csvType] : own
}

/** `Accept` is obeyed: not by pages and probes, whose callers name what they happen to like. */
export const negotiates = (route: Route): boolean =>
  /^\/(api|public)\//.test(route.path) && mediaTypes(route).length > 0

/** Asked with the ETag of an answer that has not changed it answers 304. */
export const revalidates = (route: Route): boolean =>
  route.method === 'GET' && negotiates(route) && jsonAnswer(route) !== undefined

/** A retry with the same Idempotency-Key has no second effect: as long as the server runs where nothing is journaled. */
export const takesIdempotencyKey = ({ method, access }: Route): boolean =>
  (method === 'POST' || method === 'PATCH') && access !== 'open'

/** Statuses of problems that the route may answer, ascending. */
export function problemStatuses(route: Route): readonly number[] {
  const { method, access, body, problems = [] } = route
  // A body is read, and refused, where none is needed too.
  const readsBody = body !== undefined || method !== 'GET'
  const reachesStore = negotiates(route)
  const implied = [
    // Any path and any Host can be wrong.
    400,
    ...(access === 'open' ? [] : [401, 403]),
    ...(negotiates(route) ? [406] : []),
    ...(readsBody ? [413, 415] : []),
    421,
    ...(takesIdempotencyKey(route) ? [422] : []),
    500,
    ...(reachesStore ? [503] : []),
  ]
  return [...new Set([...implied, ...problems])].sort((a, b) => a - b)
}
