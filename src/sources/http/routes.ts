/** What can be posted, and how its bytes are framed. Nothing is parsed here: the content type and a look at the first row decide. */
import type { IncomingHttpHeaders } from 'node:http'
import { measures } from '../../domain/measures.ts'
import { type Framing, headerRow } from '../../lib/frames.ts'
import type { Delivery } from '../source.ts'

export interface Route {
  /** Undefined when the content type is none of those that the route takes. */
  framing(contentType: string, body: Uint8Array): Framing | undefined
  /** Bodies are text: what is not UTF-8 is written as UTF-8. */
  readonly text: boolean
  readonly codec: string
  /** Listed in the answer 415. */
  readonly takes: string
  meta(query: string, headers: IncomingHttpHeaders): Delivery['meta']
  /** What is wrong with the query, in words. */
  readonly queryFault?: (query: string) => string | undefined
}

/** Longer queries than any network server adds are cut: the head of an uplink is small. */
const metaCharsMax = 1_024

const readings: Route = {
  framing(contentType, body) {
    const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase())
    if (type === 'application/json') return 'json'
    if (type === 'application/x-ndjson' || type === 'application/ndjson') return 'lines'
    if (type !== 'text/csv') return undefined
    const rows = crEndsRows(body) ? 'csv-cr' : 'csv'
    if (parameters.includes('header=present')) return `${rows}-header`
    if (parameters.includes('header=absent')) return rows
    return namesColumns(headerRow(body, rows)) ? `${rows}-header` : rows
  },
  text: true,
  codec: 'generic',
  takes: 'application/json, application/x-ndjson or text/csv',
  /** What is posted together is sent again together when the answer is lost. */
  meta: (query) => {
    const rename = new URLSearchParams(query).get('map')
    return { body: '1', ...(rename === null ? {} : { rename }) }
  },
  queryFault(query) {
    const rename = new URLSearchParams(query).get('map')
    if (rename === null) return undefined
    const pairs = rename.split(',').map((pair) => /^\s*([a-z_]+):(.+)$/.exec(pair))
    if (rename.length <= mapCharsMax && pairs.every((pair) => pair && isField(pair[1] as string))) return undefined
    return `map must be pairs of a field and a column, like map=device:Sensor,occupied:Belegt, at most ${mapCharsMax} characters; fields are ${[...fields].join(', ')}`
  },
}

const mapCharsMax = 512
const fields: ReadonlySet<string> = new Set([
  ...['device', 'seq', 'time', 'epoch', 'boot', 'bay', 'gateway', 'occupied'],
  ...measures.map(({ name }) => name),
])
const isField = (name: string) => fields.has(name)

/** A webhook is one frame in any form: the network servers differ, and none sends several uplinks at once. */
const lorawan: Route = {
  framing: () => 'whole',
  text: false,
  codec: 'lorawan',
  takes: 'anything',
  meta: (query, headers) => ({
    ...(query ? { query: query.slice(0, metaCharsMax) } : {}),
    ...(headers['content-type'] ? { 'content-type': headers['content-type'].slice(0, metaCharsMax) } : {}),
  }),
}

export const routes: ReadonlyMap<string, Route> = new Map([
  ['/ingest/v1', readings],
  ['/ingest/lorawan', lorawan],
])

/** CR without LF behind it. */
function crEndsRows(body: Uint8Array): boolean {
  for (let at = body.indexOf(cr); at >= 0; at = body.indexOf(cr, at + 1)) if (body[at + 1] !== lf) return true
  return false
}
const cr = 13
const lf = 10

/** The first row names columns when one of its cells is literally `device`. */
const namesColumns = (row: string) => row.split(/[,;\t]/).some((cell) => /^\s*"?device"?\s*$/i.test(cell))
