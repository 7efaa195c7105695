/** How the body of another operator's feed is read: which value of it is which field of a reading. The map travels with the body. */
import * as z from 'zod'
import { measures } from './measures.ts'

export const feedFormats = ['json', 'geojson', 'csv', 'xlsx', 'datex2'] as const
/** Formats of rows: fields name columns. */
const rowFormats: ReadonlySet<string> = new Set(['csv', 'xlsx'])

const fieldNames = ['device', 'occupied', 'time', 'bay', ...measures.map(({ name }) => name)] as const
const pointer = z
  .string()
  .max(256)
  .regex(/^(?:$|\/)/, 'must be a JSON pointer like /properties/free, or the name of a column for csv')
const column = z.string().min(1).max(256)

const zone = z
  .string()
  .refine((text) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined
    } catch {
      // A zone that does not exist is the fault that is reported.
      return false
    }
  }, 'must be a time zone like Europe/Berlin')
  .describe('zone of the publisher’s times that have no offset; without it such a time is a fault')

export const feedMap = z.strictObject({
  format: z
    .enum(feedFormats)
    .describe('datex2: DATEX II v2 XML with the states of single spaces; xlsx: first sheet of an Excel workbook'),
  items: pointer.optional().describe('where the list of bays is; default: the whole body, of GeoJSON /features'),
  fields: z
    .partialRecord(z.enum(fieldNames), column)
    .default({})
    .describe('field of a reading: JSON pointer within an item, or column of a row of csv or xlsx. Not for datex2'),
  separator: z.enum([',', ';', '\t']).default(',').describe('of csv'),
  zone: zone.optional(),
})
export type FeedMap = z.output<typeof feedMap>

/** What is right alone and wrong together. */
export function feedMapFault({ format, fields, items }: FeedMap): string | undefined {
  const names = Object.entries(fields)
  if (format === 'datex2')
    return names.length === 0 && items === undefined
      ? undefined
      : 'datex2 has fields of its own: leave out fields and items'
  if (fields.device === undefined) return 'fields must name the device'
  if (!names.some(([name]) => name !== 'device' && name !== 'time' && name !== 'bay'))
    return 'fields must name occupied or a measure'
  if (rowFormats.has(format)) return items === undefined ? undefined : `${format} has rows: leave out items`
  const wrong = names.find(([, at]) => !at.startsWith('/'))
  return wrong && `fields.${wrong[0]} must be a JSON pointer like /${wrong[1]}`
}
