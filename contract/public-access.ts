/** What anybody may see of each site without signing in. */
import * as z from 'zod'
import { publicLevels } from './vocabulary.ts'

const level = z
  .enum(publicLevels)
  .describe('off: nothing; occupancy: free bays now; forecast: free bays now and at a later time')

export const publicAccessSchema = z
  .object({
    others: level.describe('of sites without a setting of their own, also of those that are yet to come'),
    sites: z.array(
      z.object({
        ...{ id: z.string(), name: z.string(), level },
        own: z.boolean().describe('false: as in `others`'),
      }),
    ),
    simulated: z.boolean().describe('the city is simulated, and open with any setting'),
  })
  .meta({
    examples: [
      {
        others: 'forecast' as const,
        sites: [{ id: 'north', name: 'North Garage', level: 'off' as const, own: true }],
        simulated: false,
      },
    ],
  })
export type PublicAccessSettings = z.infer<typeof publicAccessSchema>

export const publicAccessPatchSchema = z
  .strictObject({
    others: level.optional(),
    sites: z
      .record(z.string().min(1).max(128), level.nullable())
      .refine((sites) => Object.keys(sites).length <= 1_000, { error: 'must be at most 1000 sites' })
      .optional()
      .describe('by id; null: no setting of its own any more'),
  })
  .meta({ examples: [{ sites: { north: 'off' as const } }] })
