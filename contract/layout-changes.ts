/** Changes of one bay or one device, and the periods of assignments. Each change is a new version of the layout. */
import * as z from 'zod'
import { bayFields, layoutId, typesOfBay, zonesOfBay } from './layout.ts'

const reasonCharsMax = 500
const comment = z.string().max(reasonCharsMax).optional().describe('why: kept with the version')

const { x, y, ...optional } = bayFields
const orGone = <T extends z.ZodType>(field: z.ZodOptional<T>) => field.unwrap().nullable().optional()

/** Fields that are left out stay as they are; null takes one away. */
export const bayPatchSchema = z
  .strictObject({
    label: orGone(optional.label).describe('what is painted on it; null: its id'),
    types: typesOfBay.optional().describe('the first one is drawn'),
    zones: zonesOfBay.optional().describe('zones of its level'),
    x: x.optional().describe('moves its outline with it'),
    y: y.optional(),
    w: orGone(optional.w).describe('width of its own, metres; null: that of the layout'),
    h: orGone(optional.h),
    angle: orGone(optional.angle).describe('degrees clockwise about its centre'),
    polygon: orGone(optional.polygon).describe('its outline in place of a rectangle; null: a rectangle again'),
    unmarked: orGone(optional.unmarked),
    closed: orGone(optional.closed).describe('out of service for any report of its sensor'),
    rule: orGone(optional.rule).describe('in place of the rules of its site; null: those again'),
  })
  .refine((set) => Object.keys(set).length > 0, 'names nothing to change: give at least one field of the bay')
  .meta({ examples: [{ types: ['ev'], angle: 60, closed: null }] })

const gate = z.strictObject({ site: layoutId, gate: layoutId })
const place = {
  bay: layoutId.optional().describe('where it belongs from now on'),
  gate: gate.optional().describe('in place of a bay: a gate of a site'),
}
const assign = {
  device: layoutId.describe('external id, in any spelling of a hardware id'),
  ...place,
  replaces: layoutId
    .optional()
    .describe('the device there that it takes the place of: that one is assigned to nothing from now on'),
}
const hasOnePlace = ({ bay, gate }: { bay?: unknown; gate?: unknown }) => (bay === undefined) !== (gate === undefined)
const onePlace = 'names no place or two: give either a bay or a gate'
const swap = z.tuple([layoutId, layoutId]).refine(([a, b]) => a !== b, 'names one device twice: give two devices')

/** Changes in one request: as many as a street has bays, or a large garage has devices. */
const changesMax = 10_000

export const assignManySchema = z
  .strictObject({
    assignments: z
      .array(z.strictObject(assign).refine(hasOnePlace, onePlace))
      .min(1)
      .max(changesMax)
      .describe('made in this order, all of them or none'),
    comment,
  })
  .meta({ examples: [{ assignments: [{ device: '70B3D57ED0001A2B', bay: 'A-017' }] }] })

export const assignSchema = z
  .union([
    z.strictObject({ ...assign, comment }).refine(hasOnePlace, onePlace),
    z.strictObject({ swap: swap.describe('two devices: each takes the place of the other'), comment }),
  ])
  .meta({
    examples: [
      { device: '70B3D57ED0001A2B', bay: 'A-017', replaces: '70B3D57ED0009F01' },
      { swap: ['70B3D57ED0001A2B', '70B3D57ED0001A2C'] },
    ],
  })

export const layoutChangesSchema = z
  .strictObject({
    changes: z
      .array(
        z.union([
          z.strictObject({ bay: layoutId, set: bayPatchSchema }),
          z.strictObject({ assign: z.strictObject(assign).refine(hasOnePlace, onePlace) }),
          z.strictObject({ swap }),
          z.strictObject({ unassign: layoutId.describe('a device') }),
        ]),
      )
      .min(1)
      .max(changesMax)
      .describe('made in this order, all of them or none'),
    comment,
  })
  .meta({
    examples: [
      {
        comment: 'Charging comes to row A',
        changes: [
          { bay: 'A-017', set: { types: ['ev'] } },
          { assign: { device: '70B3D57ED0001A2B', bay: 'A-017' } },
          { unassign: '70B3D57ED0009F01' },
        ],
      },
    ],
  })
export type LayoutChangesOnWire = z.infer<typeof layoutChangesSchema>

export const assignmentSchema = z
  .object({
    device: z.string().describe('external id, in its normal form'),
    bay: z.string().nullable(),
    gate: z.object({ site: z.string(), gate: z.string() }).nullable(),
    from: z.string().describe('ISO 8601: when its layout was published'),
    to: z.string().nullable().describe('ISO 8601; null: it goes on'),
    author: z.string(),
    ended_by: z.string().nullable(),
  })
  .meta({
    examples: [
      {
        device: '70B3D57ED0001A2B',
        bay: 'A-017',
        gate: null,
        from: '2026-11-23T08:00:00.000Z',
        to: null,
        author: 'planner',
        ended_by: null,
      },
    ],
  })
