/** The whole server in one answer: what each part does, how far behind it is, and what of its surroundings weakens the promise. */
import * as z from 'zod'
import { healthProblemSchema } from './health.ts'
import { sourceSchema } from './ledger.ts'
import { kpiSchema, ledgerSchema } from './live.ts'
import { forecasterStates } from './vocabulary.ts'

const time = z.string().describe('ISO 8601, UTC')
const figure = z.number().nullable()

/** Null means not known, which is not 0. */
export const serverStatusSchema = z
  .object({
    version: z.string(),
    started: time,
    time: time.describe('of this answer'),
    ready: z.record(z.string(), z.boolean()).describe('by process'),
    pipeline: kpiSchema.shape.pipeline.unwrap().nullable(),
    advancing: z
      .boolean()
      .nullable()
      .describe('false: records have waited in the journal for 20 s and none was committed'),
    problems: z
      .array(healthProblemSchema)
      .describe('why the server is not ready although its processes are up; empty when it is'),
    events_per_second: figure,
    lag_ms: figure.describe('age of the oldest frame that is not committed'),
    depth: z.int().nullable().describe('frames accepted and not committed yet'),
    commit_ms: z.object({ p50: figure, p99: figure }),
    journal: z.object({ bytes: z.int(), segments: z.int(), free_bytes: z.int(), sync_ms_p99: z.number() }).nullable(),
    database: z.object({
      state: z.enum(['up', 'down']),
      age_s: figure.describe('since it last answered'),
      version: z.string().nullable(),
      location: z.string().nullable(),
      weaknesses: z
        .array(z.string())
        .nullable()
        .describe('what of its settings weakens the promise; empty when nothing does, null before it was asked'),
    }),
    ledger: ledgerSchema.extend({ checked: z.string() }).nullable(),
    audit: z
      .object({
        running: z.boolean(),
        ok: z.boolean().nullable().describe('of the last one; null before the first since the start'),
        time: time.nullable(),
        failures: z.int().nullable().describe('rows that do not close'),
        failed: z.string().nullable().describe('why the last one could not be finished'),
      })
      .nullable()
      .describe('null where the server cannot audit on demand'),
    devices: z.object({ seen: z.int(), reporting: z.int(), unassigned: z.int() }),
    streams: z.object({
      desk: z.int(),
      public: z.int(),
      coalesced: z.int().describe('changes merged for slow viewers'),
    }),
    notifications: z
      .object({ state: z.enum(['running', 'waiting', 'absent']), detail: z.string(), pending: z.int(), dead: z.int() })
      .optional()
      .describe('of all channels; absent where none is configured. Nothing else waits for them'),
    forecaster: z
      .object({ state: z.enum(forecasterStates), detail: z.string() })
      .optional()
      .describe('how what forecasts is, in one sentence; nothing else waits for it'),
    sources: z.array(sourceSchema),
  })
  .meta({
    examples: [
      {
        version: '0.1.0',
        started: '2026-11-23T06:00:00.000Z',
        time: '2026-11-23T08:00:00.000Z',
        ready: { intake: true, processor: true, web: true },
        pipeline: 'ok',
        advancing: true,
        problems: [],
        events_per_second: 3.2,
        lag_ms: 21,
        depth: 0,
        commit_ms: { p50: 3.1, p99: 9.4 },
        journal: { bytes: 734_003_200, segments: 11, free_bytes: 212_600_881_152, sync_ms_p99: 4.2 },
        database: {
          ...{ state: 'up', age_s: 0.3, version: 'MariaDB 10.11.6-MariaDB', location: '127.0.0.1:3306/baykeeper' },
          weaknesses: ['sync_binlog is 0, not 1: after a power cut a replica can miss what was committed'],
        },
        ledger: null,
        audit: { running: false, ok: true, time: '2026-11-23T07:00:00.000Z', failures: 0, failed: null },
        devices: { seen: 4_980, reporting: 4_951, unassigned: 2 },
        streams: { desk: 3, public: 41, coalesced: 0 },
        sources: [],
      },
    ],
  })
export type ServerStatus = z.infer<typeof serverStatusSchema>

export const deadLetterCodeSchema = z
  .object({ code: z.string(), waiting: z.int().describe('not asked to be decoded again'), requeued: z.int() })
  .meta({ examples: [{ code: 'no-device', waiting: 12, requeued: 0 }] })
export type DeadLetterCode = z.infer<typeof deadLetterCodeSchema>
