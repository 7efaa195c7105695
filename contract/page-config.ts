/** What the server tells a page in `<script type="application/json" id="config">`: paths instead of guesses. */
import * as z from 'zod'

export const pageConfigSchema = z.object({
  page: z.enum(['public', 'desk']),
  /** Version of the product. */
  version: z.string(),
  /** The page shows a simulated city and must say so. */
  simulated: z.boolean(),
  /** Port of HTTP ingest as it is now; null where it is switched off. */
  ingest_port: z.int().nullable(),
  paths: z.object({ plan: z.string(), snapshot: z.string(), sites: z.string(), stream: z.string() }),
})
export type PageConfig = z.infer<typeof pageConfigSchema>
