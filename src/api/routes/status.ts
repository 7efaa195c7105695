/** The whole server in one answer, for the Pipeline page and for programs that do not read Prometheus. */
import type { ChannelHealthList } from '@baykeeper/contract/notifications.ts'
import type { statusRoutes } from '@baykeeper/contract/routes/health.ts'
import type { ServerStatus } from '@baykeeper/contract/status.ts'
import { instant } from '../../lib/brand.ts'
import type { RouteContext } from '../context.ts'
import { describedNowAndThen } from '../described-database.ts'
import type { Handlers } from '../endpoint.ts'
import { iso, sourceOnWire } from '../wire.ts'

export function statusHandlers(context: RouteContext): Handlers<typeof statusRoutes> {
  const { status, live, hub, figures, clock, auditor, forecasts, notifier } = context
  const described = describedNowAndThen(context)
  return {
    async status(): Promise<ServerStatus> {
      const database = await described()
      const now = clock.now()
      const kpi = figures.kpi()
      const { version, startedAt, ready, sources, journal, ...said } = status()
      const progress = auditor?.progress()
      return {
        ...{ version, started: iso(instant(startedAt)), time: iso(now), ready },
        pipeline: kpi.pipeline ?? null,
        advancing: said.advancing ?? null,
        problems: [...(said.problems ?? [])],
        events_per_second: said.eventsPerSecond ?? null,
        lag_ms: said.lagMs ?? null,
        depth: said.pendingFrames ?? null,
        commit_ms: { p50: said.commitMsP50 ?? null, p99: said.commitMsP99 ?? null },
        journal: journal
          ? {
              ...{ bytes: journal.bytes, segments: journal.segments },
              ...{ free_bytes: journal.freeBytes, sync_ms_p99: journal.syncMsP99 },
            }
          : null,
        database: {
          state: kpi.pipeline === 'database-down' || !live.loaded ? 'down' : 'up',
          age_s: live.fresh === undefined ? null : Math.max(0, now - live.fresh) / 1_000,
          ...{ version: database?.version ?? null, location: database?.location ?? null },
          weaknesses: database ? [...database.weaknesses] : null,
        },
        ledger: said.ledger ?? null,
        audit: progress
          ? {
              ...{ running: progress.running, ok: progress.report?.ok ?? null, time: progress.report?.time ?? null },
              ...{ failures: progress.report?.failures ?? null, failed: progress.failed },
            }
          : null,
        devices: kpi.devices,
        streams: hub.stats(),
        ...(forecasts ? { forecaster: forecasts.state() } : {}),
        ...(notifier ? { notifications: sumOf(notifier.report()) } : {}),
        sources: sources.map(sourceOnWire),
      }
    },
  }
}

function sumOf({ state, detail, items }: ChannelHealthList) {
  const total = (of: 'pending' | 'dead') => items.reduce((sum, channel) => sum + channel[of], 0)
  return { state, detail, pending: total('pending'), dead: total('dead') }
}
