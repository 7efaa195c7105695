/** What the server passes to a page in `<script type="application/json" id="config">`: paths instead of guesses. */
import * as z from 'zod'
import { rightNames } from './rights.ts'
import { roles } from './vocabulary.ts'

export const pageConfigSchema = z.object({
  page: z.enum(['public', 'desk']),
  /** Version of the product. */
  version: z.string(),
  /** The page shows a simulated city and must say so. */
  simulated: z.boolean(),
  /** Port of HTTP ingest as it is now; null where it is switched off. */
  ingest_port: z.int().nullable(),
  /** Who has signed in, and what they may do; null: a page without a session. */
  reader: z
    .object({
      name: z.string(),
      rights: z.array(z.enum(rightNames)),
      /** Null: an API key, or a visitor of the simulated city. */
      role: z.enum(roles).nullable(),
      /** False: a visitor of the simulated city. */
      signed_in: z.boolean(),
      /** Null: all. */
      sites: z.array(z.string()).nullable(),
    })
    .nullable(),
  paths: z.object({ plan: z.string(), snapshot: z.string(), sites: z.string(), stream: z.string() }),
})
export type PageConfig = z.infer<typeof pageConfigSchema>
