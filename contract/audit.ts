/** The audit: the journal recounted against the database, and every row of the database against its ledger. */
import * as z from 'zod'
import { acceptedTerms } from './balance.ts'
import { ledgerSchema } from './live.ts'

const count = z.int()

export const auditReportSchema = z
  .object({
    time: z.string().describe('when it was finished'),
    took_ms: count,
    ok: z.boolean().describe('both halves of the message balance close and every row closes'),
    journal: z.string().describe('id of the journal that was recounted'),
    ledger: ledgerSchema.describe('the message balance as recounted'),
    brackets: z
      .object({
        intake: count.describe('received - accepted - refused - unframeable'),
        store: count.describe(`accepted - ${acceptedTerms.join(' - ')}`),
      })
      .describe('`ledger.difference`, by side'),
    sources: z.array(
      z.object({
        source: z.string(),
        received: count.nullable().describe('null where intake has reported nothing for this source'),
        accepted: count.nullable(),
        refused: count.nullable(),
        unframeable: count.nullable(),
        committed: count,
        duplicate: count,
        quarantined: count,
        tentative: count.describe('kept with their bytes until the frames after them decide'),
        pending: count.nullable().describe('of it accepted and not in the database yet'),
        lost: count,
        damaged: count,
        readings: count.describe('rows stored'),
        dead_letters: count.describe('in frames'),
        discarded: count.describe('in frames'),
        open_gaps: count.describe('missing numbers of the current count of its sensors: a late frame may still come'),
        confirmed_lost: count.describe('missing numbers of counts that have ended'),
      }),
    ),
    sensors: count.describe('sensors recounted'),
    epochs: count.describe('counts of sensors recounted; a sensor that restarts begins a new count'),
    warnings: z
      .array(z.string())
      .describe('rows that do not close, named, and damage of the journal; the first hundred'),
    failures: count.describe('rows that do not close'),
    sha256: z.string().describe('of this report without this field, as compact JSON in this order'),
  })
  .meta({
    examples: [
      {
        time: '2026-11-23T08:00:00.000Z',
        took_ms: 812,
        ok: true,
        journal: '0123456789abcdef0123456789abcdef',
        ledger: {
          ...{ received: 118_086, accepted: 118_085, refused: 1, unframeable: 0, committed: 118_084, duplicate: 0 },
          ...{ quarantined: 1, tentative: 0, damaged: 0, pending: 0, lost: 0, difference: 0 },
        },
        brackets: { intake: 0, store: 0 },
        sources: [
          {
            ...{ source: 'http', received: 118_086, accepted: 118_085, refused: 1, unframeable: 0 },
            ...{ committed: 118_084, duplicate: 0, quarantined: 1, tentative: 0, pending: 0, lost: 0, damaged: 0 },
            ...{ readings: 118_084, dead_letters: 1, discarded: 0, open_gaps: 0, confirmed_lost: 0 },
          },
        ],
        sensors: 1_412,
        epochs: 1_412,
        warnings: [],
        failures: 0,
        sha256: '6a2da20943931e9834fc12cfe5bb47bbd9ae43489a30726962b576f4e3993e50',
      },
    ],
  })
export type AuditReport = z.infer<typeof auditReportSchema>

export const auditProgressSchema = z
  .object({
    running: z.boolean(),
    step: z.enum(['database', 'journal']).nullable().describe('what is being recounted; null when nothing is'),
    done: count.describe('sensors recounted so far'),
    total: count,
    report: auditReportSchema.nullable().describe('the last one that was finished since the server started'),
    failed: z.string().nullable().describe('why the last one could not be finished'),
  })
  .meta({ examples: [{ running: true, step: 'database', done: 400, total: 1_412, report: null, failed: null }] })
export type AuditProgress = z.infer<typeof auditProgressSchema>
