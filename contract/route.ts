/**
 * A route of the API is one value that states how it is called, who may call it and what it answers. The server implements it, the reference
 * (OpenAPI) describes it, and `client.ts` calls it: all three are made from the same value, so they cannot disagree.
 */
import * as z from 'zod'
import type { Right } from './rights.ts'

/** `open`: anybody. Else the right that the caller needs (rights.ts). */
export type Access = 'open' | Right

/**
 * Which sites a route is about, for persons and keys that are limited to some. `city`: all of them, so it is refused. `public`: nothing that
 * the public page does not show. `none`: no site. The others state where the request names the site.
 */
export type SiteReach = 'city' | 'public' | 'none' | NamedSite
export type NamedSite = 'path' | 'query' | 'body' | 'bay' | 'bays' | 'alert' | 'alerts' | 'override'

export interface Answer {
  readonly status: number
  readonly description: string
  /** Media type; default application/json. */
  readonly type?: string
  /** Name of the schema in the reference, and the schema. */
  readonly schema?: readonly [name: string, schema: z.ZodType]
  readonly example?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As in OpenAPI: `/api/v1/bays/{id}`. */
  readonly path: string
  readonly access: Access
  /** Default `city`: refused to persons and keys that are limited to sites. */
  readonly sites?: SiteReach
  readonly tag: string
  readonly summary: string
  readonly description?: string
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly bodyName?: string
  readonly bodyBytesMax?: number
  /** The handler gets the bytes: the body is too large to be read in one go where other requests wait. `body` is their schema. */
  readonly bodyIs?: 'bytes'
  readonly answers: readonly Answer[]
  /** Statuses of problems beside those that follow from access and input. */
  readonly problems?: readonly number[]
  /** False: what it changes is no record of the journal, so a retry with the same key is known from memory alone. Default: true. */
  readonly journals?: false
  /** Every path below belongs to it too: the pages of the desk have addresses below it. */
  readonly below?: boolean
  /** A HEAD request is answered too; not for a stream. */
  readonly head?: boolean
}

/** Keeps the literal types of method, path and schemas, which handlers and calls are typed by. */
export const route = <const R extends Route>(declared: R): R => declared

/** What is sent is not changed. */
export type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T

type Part = 'params' | 'query' | 'body'
/** What the server works with: defaults filled in, text made numbers. */
export type Parsed<R extends Route, P extends Part> = R extends { readonly bodyIs: 'bytes' }
  ? P extends 'body'
    ? Uint8Array
    : ParsedPart<R, P>
  : ParsedPart<R, P>
type ParsedPart<R extends Route, P extends Part> = R[P] extends z.ZodType ? z.output<R[P]> : undefined
/** What a client may give. */
export type Given<R extends Route, P extends Part> = R[P] extends z.ZodType ? Frozen<z.input<R[P]>> : never
/** The answer in JSON when all went well; never where there is none. */
export type JsonOf<R extends Route> = R['answers'][number] extends infer A
  ? A extends { readonly schema: readonly [string, infer S extends z.ZodType] }
    ? z.output<S>
    : never
  : never

// Fields that many routes share.

/** Id of a bay, site or device as it comes in a path. */
export const idParams = z.strictObject({ id: z.string().min(1).max(128) })
const cursorCharsMax = 2_048
export const cursorField = z.string().min(1).max(cursorCharsMax).optional().describe('`next` of the page before')
export const limitField = (most: number, usual: number) =>
  z.coerce.number<number | string>().int().min(1).max(most).default(usual).describe(`items on a page, 1 to ${most}`)
export const nameField = z.string().min(1).max(128).optional()
export const flagField = z.enum(['true', 'false'])
/** Milliseconds since the epoch, once parsed. */
export const timeField = () =>
  z.iso
    .datetime({
      offset: true,
      error: 'must be ISO 8601 with offset, such as 2026-11-23T08:00:00Z (write + as %2B)',
    })
    .transform((text) => Date.parse(text))
    .optional()
/** `2026-11-23`, or a time of that day with its offset; milliseconds since the epoch, once parsed. */
export const dayField = () =>
  z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], {
      error: 'must be a day such as 2026-11-23, or a time with offset',
    })
    .transform((text) => Date.parse(text))
    .optional()
