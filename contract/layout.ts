/** The layout as it is written and read: site > level > zone > bay, coordinates in metres, x to the right, y down. */
import * as z from 'zod'
import { bayTypes, openDays } from './vocabulary.ts'

export const baysMax = 200_000

/** The same rule as for the ids that sensors send (src/domain/id-text.ts). */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u
const id = z
  .string()
  .min(1)
  .max(128)
  .refine(
    (text) => text === text.trim() && !invisible.test(text),
    'must have no control or invisible characters (zero-width, bidirectional, byte order mark) and no blanks at its ends: type it again',
  )
/** Names are shown among other text: they may not steer it. Joiners within emoji and within words of some scripts are no control. */
const steering = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/u
const shown = (text: string) => !steering.test(text)
const steeringFault = 'must have no control characters, line breaks or bidirectional controls: type it again'
const name = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => text.trim() !== '', 'must not be blank')
  .refine(shown, steeringFault)
const metres = z.number().min(-1_000_000).max(1_000_000)

const degrees = z.number().min(-360).max(360)
const size = z.number().positive().max(100)
const point = z.strictObject({ x: metres, y: metres })
const minutes = z
  .int()
  .min(1)
  .max(366 * 24 * 60)
const timeOfDay = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'must be a local time as 06:30' })
export const hoursSchema = z.strictObject({
  days: z.array(z.enum(openDays)).min(1),
  from: timeOfDay,
  to: timeOfDay.describe('before `from`: on the next day'),
})
const stayRule = {
  max_stay_min: minutes.describe('how long a vehicle may stand, minutes'),
  grace_min: z.int().min(0).max(1440).optional().describe('minutes on top of it before a stay counts as an overstay'),
  hours: z.array(hoursSchema).min(1).optional().describe('when its time counts; absent: while the site is open'),
}
const zoneName = z.strictObject({ level: id, zone: id })

/** Of a bay; what may be left out or taken away is optional. */
export const bayFields = {
  label: name.optional().describe('what is painted on it; absent: its id'),
  x: metres.describe('left edge before it is turned, or of the box around its polygon'),
  y: metres,
  w: size.optional().describe('width of its own, metres'),
  h: size.optional(),
  angle: degrees.optional().describe('degrees clockwise about its centre'),
  polygon: z
    .array(point)
    .min(3)
    .max(200)
    .optional()
    .describe('its outline in place of a rectangle; the last corner is not the first again'),
  unmarked: z.boolean().optional().describe('no lines on the ground'),
  closed: z.boolean().optional().describe('out of service for any report of its sensor'),
  rule: z.strictObject(stayRule).optional().describe('in place of the rules of its site'),
}
export const typesOfBay = z.array(z.enum(bayTypes)).min(1).max(bayTypes.length)
export const zonesOfBay = z.array(id).max(64)
/** Id of an object of the layout, or of a device. */
export const layoutId = id

const layoutBaySchema = z
  .strictObject({
    id,
    ...bayFields,
    types: typesOfBay.optional().describe('the first one is drawn; absent: standard'),
    type: z.enum(bayTypes).optional().describe('short for `types` with one'),
    zones: zonesOfBay.optional().describe('zones of its level, which may overlap'),
    zone: id.optional().describe('short for `zones` with one'),
    devices: z
      .array(id)
      .max(16)
      .optional()
      .describe('external ids of the devices assigned to it; none: the device whose id or claim is the bay’s id'),
    device: id.optional().describe('short for `devices` with one'),
  })
  .superRefine((bay, context) => {
    for (const [one, many] of [
      ['type', 'types'],
      ['zone', 'zones'],
      ['device', 'devices'],
    ] as const)
      if (bay[one] !== undefined && bay[many] !== undefined)
        context.addIssue({
          code: 'custom',
          path: [one],
          message: `bay ${bay.id} has ${one} and ${many}: write one of them`,
        })
  })

interface Counting {
  readonly id: string
  readonly count_capacity?: number | undefined
  readonly count_offset?: number | undefined
  readonly count_reset?: { readonly vehicles: number } | undefined
}

function checkCounting({ id, count_capacity, count_offset, count_reset }: Counting, context: z.RefinementCtx): void {
  const add = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  if (count_capacity === undefined) {
    const more = count_offset === undefined ? count_reset && 'count_reset' : 'count_offset'
    if (more) add(more, `zone ${id} has ${more} and no count_capacity: give it a count_capacity, or leave ${more} out`)
    return
  }
  if (Math.abs(count_offset ?? 0) > count_capacity)
    add('count_offset', `zone ${id} has an offset beyond its capacity of ${count_capacity}: correct one of them`)
  if ((count_reset?.vehicles ?? 0) > count_capacity)
    add(
      'count_reset',
      `zone ${id} is reset to more vehicles than its capacity of ${count_capacity}: correct one of them`,
    )
}

const levelSchema = z.strictObject({
  id,
  name,
  x: metres,
  y: metres,
  w: z.number().positive().max(1_000_000),
  h: z.number().positive().max(1_000_000),
  zones: z.array(
    z
      .strictObject({
        id,
        name,
        count_capacity: z
          .int()
          .min(1)
          .max(1_000_000)
          .optional()
          .describe('makes it a count zone: its occupancy follows from its gates'),
        count_offset: z
          .int()
          .min(-1_000_000)
          .max(1_000_000)
          .optional()
          .describe('vehicles that stand in it and never pass its gates: taken on top of the count; below 0: fewer'),
        count_reset: z
          .strictObject({
            at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a local time as 04:00' }),
            vehicles: z.int().min(0).max(1_000_000).describe('in the zone at that time'),
          })
          .optional()
          .describe('once a day, by the clock of the site: the count is set to this'),
      })
      .superRefine(checkCounting),
  ),
  bays: z.array(layoutBaySchema),
})

const siteSchema = z.strictObject({
  id,
  name,
  zone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin'),
  levels: z.array(levelSchema),
  gates: z
    .array(
      z.strictObject({
        id,
        name,
        devices: z.array(id).max(16),
        into: zoneName.optional(),
        out_of: zoneName.optional(),
      }),
    )
    .optional()
    .describe('entries go into `into` and out of `out_of`, exits the other way; absent: the street'),
  open: z.array(hoursSchema).optional().describe('opening hours; absent: always open'),
  holidays: z.array(z.iso.date()).max(2_000).optional(),
  stay_rules: z
    .array(z.strictObject({ types: z.array(z.enum(bayTypes)).min(1).optional(), ...stayRule }))
    .max(100)
    .optional()
    .describe('the first one that fits the bay counts'),
  anchor: z
    .strictObject({
      x: metres,
      y: metres,
      lat: z.number().min(-90).max(90),
      lon: z.number().min(-180).max(180),
      bearing: degrees,
    })
    .optional()
    .describe('where a point of the plan lies in WGS 84, and the compass direction of the plan’s upward direction'),
})

const millimetres = z.int().min(1).max(100_000)
/** Between the two a device keeps its state. */
export const presenceByDistanceSchema = z
  .strictObject({
    occupied_below_mm: millimetres.describe('a distance below it is a vehicle, millimetres'),
    free_above_mm: millimetres.describe('a distance from here on is a free bay; between the two the state stays'),
  })
  .refine(({ occupied_below_mm: low, free_above_mm: high }) => low <= high, {
    path: ['free_above_mm'],
    message: 'must not be below occupied_below_mm: between the two the state stays as it is',
  })
export type PresenceByDistance = z.infer<typeof presenceByDistanceSchema>

export const deviceFactsSchema = z.strictObject({
  device: id,
  model: id.optional().describe('one that is known here (docs/layouts.md), such as bosch-tps110: its heartbeat counts'),
  heartbeat_s: z
    .int()
    .min(1)
    .max(366 * 86_400)
    .optional()
    .describe('how often it promises to send, in place of its model’s'),
  notes: z.string().max(500).refine(shown, steeringFault).optional(),
  presence_by_distance: presenceByDistanceSchema
    .optional()
    .describe('where its bay is taken by the distance it measures; absent: a distance alone is no presence'),
})

export const layoutExample = {
  name: 'Harbour City',
  bay_w: 2.5,
  bay_h: 5,
  sites: [
    {
      id: 'north',
      name: 'North Garage',
      zone: 'Europe/Berlin',
      levels: [
        {
          id: 'p1',
          name: 'Level 1',
          x: 0,
          y: 0,
          w: 60,
          h: 30,
          zones: [{ id: 'ev', name: 'Charging' }],
          bays: [{ id: 'A-017', types: ['ev' as const], zones: ['ev'], x: 2, y: 2, devices: ['70b3d57ed0001a2b'] }],
        },
      ],
    },
  ],
}

export const layoutSchema = z
  .strictObject({
    name: z.string().max(200).refine(shown, steeringFault),
    bay_w: z.number().positive().max(100).describe('width of one bay, metres'),
    bay_h: z.number().positive().max(100),
    sites: z.array(siteSchema),
    devices: z
      .array(deviceFactsSchema)
      .max(baysMax)
      .optional()
      .describe('what is known of devices beyond their readings'),
  })
  .refine(
    ({ sites }) =>
      sites.reduce((sum, { levels }) => sum + levels.reduce((of, { bays }) => of + bays.length, 0), 0) <= baysMax,
    { error: `more than ${baysMax} bays`, path: ['sites'] },
  )
  .meta({ examples: [layoutExample] })
export type LayoutDocument = z.infer<typeof layoutSchema>

/** `sites[0].levels[1].bays[3].x`, as people write it. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  )

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
