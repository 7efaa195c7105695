/** Bays brought into a draft of a layout: from a file, or as a grid from a few numbers. */
import * as z from 'zod'
import { layoutId, layoutSchema } from './layout.ts'

export const importFormats = ['geojson', 'csv', 'osm', 'json'] as const
export const importModes = ['update', 'replace-level', 'replace-site'] as const

const size = z.number().positive().max(100)
const sizeMax = 10_000
const metres = z.number().min(-1_000_000).max(1_000_000)

export const gridSchema = z.strictObject({
  rows: z.int().min(1).max(1_000),
  columns: z.int().min(1).max(sizeMax).describe('bays in a row'),
  count: z.int().min(1).max(sizeMax).optional().describe('bays in all; absent: every row is full'),
  angle: z.number().min(0).max(90).default(90).describe('between a bay and the aisle: 90 across it, 0 along the kerb'),
  aisle: z.number().min(0).max(100).default(6).describe('width of an aisle, metres'),
  w: size.default(2.5).describe('width of a bay, metres'),
  h: size.default(5).describe('length of a bay, metres'),
  x: metres.optional().describe('left edge; absent with `y`: below the bays that are there'),
  y: metres.optional(),
  pattern: z.string().min(1).max(64).default('{n:2}').describe('of ids: {n}, {row}, {ROW}, {col}; {n:3} with zeros'),
  start: z.int().min(0).max(1_000_000).default(1).describe('first number'),
  serpentine: z.boolean().default(false).describe('every second row is numbered backwards'),
  types: z.string().max(500).default('').describe('by number, such as disabled:1-4,ev:9'),
  devices: z.array(layoutId).max(sizeMax).optional().describe('assigned to the bays in their order'),
})

export const layoutImportSchema = z
  .strictObject({
    layout: layoutSchema.optional().describe('the draft that the bays are brought into; absent: an empty one'),
    file: z
      .strictObject({
        name: z.string().max(255).describe('its ending shows the format'),
        base64: z.base64().describe('its bytes'),
        format: z.enum(importFormats).optional(),
      })
      .optional(),
    grid: gridSchema.optional().describe('in place of a file'),
    site: layoutId.optional().describe('of bays whose file names none'),
    site_name: z.string().max(200).optional().describe('of a new site'),
    level: layoutId.optional(),
    time_zone: z.string().max(64).optional().describe('IANA, of a new site'),
    mode: z.enum(importModes).default('update'),
  })
  .refine(({ file, grid }) => (file === undefined) !== (grid === undefined), 'give either a file or a grid')
  .meta({ examples: [{ grid: { rows: 2, columns: 6, pattern: 'A-{n:2}' }, site: 'north', level: 'p1' }] })
export type LayoutImportOnWire = z.infer<typeof layoutImportSchema>

export const layoutImportedSchema = z
  .object({
    layout: layoutSchema.describe('the draft with the bays in it; nothing is published'),
    bays: z.array(z.string()).describe('ids of the bays that were brought in'),
    findings: z.array(
      z.object({
        severity: z.enum(['fault', 'warning']).describe('with a fault nothing was brought in'),
        where: z.string().describe('in the file, such as line 7'),
        message: z.string(),
      }),
    ),
  })
  .meta({ examples: [{ layout: { name: '', bay_w: 2.5, bay_h: 5, sites: [] }, bays: [], findings: [] }] })
export type LayoutImportedOnWire = z.infer<typeof layoutImportedSchema>
