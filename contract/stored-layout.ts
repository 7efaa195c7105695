/** Versions of the layout as they are answered, and what is found in one. */
import * as z from 'zod'
import { layoutExample, layoutSchema } from './layout.ts'
import { layoutFindingCodes } from './vocabulary.ts'

export const layoutFindingSchema = z
  .object({
    code: z.enum(layoutFindingCodes),
    path: z.string().describe('where in the layout, such as sites[0].levels[1].bays[3]'),
    ids: z.array(z.string()).describe('of the objects in question'),
    message: z.string().describe('what is wrong, and what to do'),
  })
  .meta({
    examples: [
      {
        code: 'bays-overlap' as const,
        path: 'sites[0].levels[0].bays[1]',
        ids: ['A-018', 'A-017'],
        message:
          'bay A-018 of level p1 (site north) lies on bay A-017: 24 % of the smaller one is shared; move one of them, or correct its size or angle',
      },
    ],
  })
export type LayoutFindingOnWire = z.infer<typeof layoutFindingSchema>

/** At most 50 of each code are listed. */
export const layoutFindingsSchema = z
  .object({
    faults: z.array(layoutFindingSchema).describe('with one of these it is refused'),
    warnings: z.array(layoutFindingSchema),
    fault_count: z.int().describe('of all; at most 50 of each code are listed'),
    warning_count: z.int(),
    bays: z.int(),
  })
  .meta({ examples: [{ faults: [], warnings: [], fault_count: 0, warning_count: 0, bays: 120 }] })
export type LayoutFindingsOnWire = z.infer<typeof layoutFindingsSchema>

const head = {
  version: z.int(),
  created: z.string(),
  author: z.string(),
  comment: z.string().describe('the author’s reason; empty when none was given'),
  published: z
    .object({ journal: z.string(), record: z.int() })
    .nullable()
    .describe('the journal record from which on it is in effect; null for one saved by an earlier release'),
}
const headExample = {
  version: 2,
  created: '2026-11-23T08:00:00.000Z',
  author: 'planner',
  comment: 'Level 1 has charging bays',
  published: { journal: '0f3c5a7e9b1d4c6e8a0b2d4f6a8c0e1f', record: 184_223 },
}

export const layoutVersionSchema = z.object(head).meta({ examples: [headExample] })
export const storedLayoutSchema = z
  .object({ ...head, layout: layoutSchema })
  .meta({ examples: [{ ...headExample, layout: layoutExample }] })
export type StoredLayoutOnWire = z.infer<typeof storedLayoutSchema>

const layoutAcceptedSchema = z
  .object({
    version: z.null().describe('given when processing commits the record'),
    record: z.int().describe('journal record from which on the layout is in effect'),
  })
  .meta({ examples: [{ version: null, record: 184_223 }] })
const layoutSavedSchema = z
  .object({
    version: z.int(),
    warnings: z.array(layoutFindingSchema).optional().describe('what may be meant and is worth a look; absent: none'),
  })
  .meta({ examples: [{ version: 2 }] })

/** How a change of the layout is answered. */
export const layoutPublished = [
  { status: 200, description: 'Published and live', schema: ['LayoutSaved', layoutSavedSchema] },
  {
    status: 202,
    description: 'Published and safe in the journal, not live yet',
    schema: ['LayoutAccepted', layoutAcceptedSchema],
  },
] as const
