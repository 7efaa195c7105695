/** A sample of the server status for tests, with the fields that a test overrides. */
import type { ServerStatus } from '@baykeeper/contract/status.ts'

export const sampleStatus = (more: Partial<ServerStatus> = {}): ServerStatus => ({
  ...{ version: '0.1.0', started: '2026-11-23T06:00:00.000Z', time: '2026-11-23T08:00:00.000Z' },
  ...{
    ready: { intake: true, processor: true, web: true },
    pipeline: 'ok',
    advancing: true,
    problems: [],
    events_per_second: 3.2,
    lag_ms: 21,
    depth: 0,
  },
  commit_ms: { p50: 3.1, p99: 9.4 },
  journal: { bytes: 734_003_200, segments: 11, free_bytes: 212_600_881_152, sync_ms_p99: 4.2 },
  database: { state: 'up', age_s: 0.3, version: 'SQLite 3.51.0', location: 'baykeeper.db', weaknesses: [] },
  ledger: {
    ...{ received: 120, accepted: 118, refused: 2, unframeable: 0, committed: 118, duplicate: 0, quarantined: 0 },
    ...{ tentative: 0, damaged: 0, pending: 0, lost: 0, difference: 0, checked: '2026-11-23T08:00:00.000Z' },
  },
  audit: { running: false, ok: null, time: null, failures: null, failed: null },
  devices: { seen: 4_980, reporting: 4_951, unassigned: 0 },
  streams: { desk: 3, public: 41, coalesced: 0 },
  sources: [],
  ...more,
})
