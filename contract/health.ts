/**
 * Why a server is not ready although its processes are up. Each reason is a code with its parameters, so that a page can name it in its
 * language, and a sentence in English for everything else.
 */
import * as z from 'zod'

export const healthCodes = [
  // Processing does not advance: `records` and `seconds`, or `tries`; those of the store and the journal have `reason`.
  'processor-down',
  'processor-silent',
  'store-silent',
  'store-transient',
  'store-capacity',
  'store-data',
  'store-fenced',
  'store-newer',
  'store-gone',
  'store-config',
  'store-unknown',
  'journal-unreadable',
  // Processes.
  'main-silent',
  'intake-silent',
  // Readings are refused.
  'disk-full',
  'disk-nearly-full',
  'disk-failed',
  'journal-gone',
  // Readings are taken; the journal keeps what it would remove.
  'archive-waits',
  'desk-waits',
] as const
export type HealthCode = (typeof healthCodes)[number]

export const healthProblemSchema = z.object({
  code: z.enum(healthCodes),
  params: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .describe('figures, and texts of the database or the disk as they came'),
  detail: z.string().describe('the same as a sentence in English, with what to do'),
})
export type HealthProblem = z.infer<typeof healthProblemSchema>
