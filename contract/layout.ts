/** The layout as it is written and read: site > level > zone > bay, coordinates in metres, x to the right, y down. */
import * as z from 'zod'
import { bayTypes } from './vocabulary.ts'

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

const layoutBaySchema = z.strictObject({
  id,
  type: z.enum(bayTypes),
  zone: id.optional().describe('zone of its level'),
  x: metres,
  y: metres,
  device: id
    .optional()
    .describe('external id of the device that watches it; absent: the device whose id or claim is the bay’s id'),
  closed: z.boolean().optional().describe('out of service, whatever its sensor says'),
})

const levelSchema = z.strictObject({
  id,
  name,
  x: metres,
  y: metres,
  w: z.number().positive().max(1_000_000),
  h: z.number().positive().max(1_000_000),
  zones: z.array(z.strictObject({ id, name })),
  bays: z.array(layoutBaySchema),
})

const siteSchema = z.strictObject({
  id,
  name,
  zone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin'),
  levels: z.array(levelSchema),
})

const layoutExample = {
  name: 'Harbour City',
  bayW: 2.5,
  bayH: 5,
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
          bays: [{ id: 'A-017', type: 'ev', zone: 'ev', x: 2, y: 2, device: '70b3d57ed0001a2b' }],
        },
      ],
    },
  ],
}

export const layoutSchema = z
  .strictObject({
    name: z.string().max(200).refine(shown, steeringFault),
    bayW: z.number().positive().max(100).describe('width of one bay, metres'),
    bayH: z.number().positive().max(100),
    sites: z.array(siteSchema),
  })
  .superRefine((layout, context) => {
    const bays = new Map<string, string>()
    const devices = new Map<string, string>()
    const sites = new Set<string>()
    for (const [s, site] of layout.sites.entries()) {
      once(sites, site.id, ['sites', s, 'id'], context)
      const levels = new Set<string>()
      for (const [l, level] of site.levels.entries()) {
        const at = ['sites', s, 'levels', l]
        once(levels, level.id, [...at, 'id'], context)
        const zones = new Set<string>()
        for (const [z, zone] of level.zones.entries()) once(zones, zone.id, [...at, 'zones', z, 'id'], context)
        for (const [b, bay] of level.bays.entries()) {
          const path = [...at, 'bays', b]
          unique(bays, bay.id, [...path, 'id'], 'bay', context)
          if (bay.device !== undefined) unique(devices, bay.device, [...path, 'device'], 'device', context)
          if (bay.zone !== undefined && !zones.has(bay.zone))
            context.addIssue({
              code: 'custom',
              path: [...path, 'zone'],
              message: `bay ${bay.id} is in zone ${bay.zone}, which this level does not have: add the zone to the level, or correct the bay`,
            })
        }
      }
    }
    if (bays.size > baysMax) context.addIssue({ code: 'custom', path: ['sites'], message: `more than ${baysMax} bays` })
  })
  .meta({ examples: [layoutExample] })

export const storedLayoutSchema = z
  .object({
    version: z.int(),
    created: z.string(),
    author: z.string(),
    comment: z.string().describe('the author’s reason; empty when none was given'),
    published: z
      .object({ journal: z.string(), record: z.int() })
      .nullable()
      .describe('the journal record from which on it is in effect; null for one saved by an earlier release'),
    layout: layoutSchema,
  })
  .meta({
    examples: [
      {
        version: 2,
        created: '2026-11-23T08:00:00.000Z',
        author: 'planner',
        comment: 'Level 1 has charging bays',
        published: { journal: '0f3c5a7e9b1d4c6e8a0b2d4f6a8c0e1f', record: 184_223 },
        layout: layoutExample,
      },
    ],
  })
export const layoutAcceptedSchema = z
  .object({
    version: z.null().describe('given when processing commits the record'),
    record: z.int().describe('journal record from which on the layout is in effect'),
  })
  .meta({ examples: [{ version: null, record: 184_223 }] })
export const layoutSavedSchema = z.object({ version: z.int() }).meta({ examples: [{ version: 2 }] })

type Path = (string | number)[]

function once(seen: Set<string>, id: string, path: Path, context: z.core.$RefinementCtx): void {
  if (seen.has(id))
    context.addIssue({ code: 'custom', path, message: `${id} is used twice here: give each its own id` })
  seen.add(id)
}

const advice = {
  bay: 'a bay id is unique over all sites, so give one of them another',
  device: 'a device watches one bay, so take it away from one of them',
}

function unique(
  seen: Map<string, string>,
  id: string,
  path: Path,
  what: keyof typeof advice,
  context: z.core.$RefinementCtx,
): void {
  const first = seen.get(id)
  if (first !== undefined)
    context.addIssue({ code: 'custom', path, message: `${what} ${id} is used at ${first} already: ${advice[what]}` })
  else seen.set(id, pathText(path))
}

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
