/** Made-up pipeline responses for the tests of the pages: figures, ledger, losses, dead letters, and what is done to them. */

import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AuditProgress, type AuditReport, auditProgressSchema } from '@baykeeper/contract/audit.ts'
import type { HealthProblem } from '@baykeeper/contract/health.ts'
import { type DeadLetter, type LedgerReport, requeueSchema, type SourceStatus } from '@baykeeper/contract/ledger.ts'
import type { Ledger } from '@baykeeper/contract/live.ts'
import { discardSchema, type Loss, type LossReport, type SensorDay } from '@baykeeper/contract/losses.ts'
import { type ServerStatus, serverStatusSchema } from '@baykeeper/contract/status.ts'
import { lossCauses } from '@baykeeper/contract/vocabulary.ts'
import { sampleStatus } from '../pages/pipeline/status-sample.ts'
import { sampleSources } from './pipeline-samples-under-test.ts'

export interface PipelineDouble {
  ledger: Ledger
  readonly sources: SourceStatus[]
  rows: LedgerReport['rows']
  losses: Loss[]
  sensors: SensorDay[]
  letters: DeadLetter[]
  /** Database settings that weaken durability. */
  weaknesses: string[]
  /** Why the server is not ready although its processes are up. */
  problems: HealthProblem[]
  /** How an audit is answered. */
  audit: 'closes' | 'open' | 'absent' | 'forbidden'
  /** Nothing of this is there yet, as on an older server. */
  absent: boolean
  /** Requested actions, in order. */
  readonly asked: { readonly path: string; readonly body: unknown }[]
  /** True when the request was one of these and has been answered. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>
}

/** Losses on a page, so that the pages must ask for more. */
const pageMax = 50

export function createPipelineDouble(): PipelineDouble {
  const started = Date.now() / 1_000 - 3_600
  const double: PipelineDouble = {
    ledger: {
      received: 118_090,
      accepted: 118_086,
      refused: 3,
      unframeable: 1,
      committed: 117_961,
      duplicate: 120,
      quarantined: 5,
      tentative: 0,
      damaged: 0,
      pending: 0,
      lost: 0,
      difference: 0,
    },
    sources: sampleSources(),
    rows: [
      {
        source: 'http',
        day: '2026-11-23',
        committed: 41_200,
        duplicate: 12,
        quarantined: 3,
        tentative: 0,
        lost: 0,
        damaged: 0,
      },
      {
        source: 'mqtt',
        day: '2026-11-23',
        committed: 20_100,
        duplicate: 100,
        quarantined: 0,
        tentative: 0,
        lost: 0,
        damaged: 0,
      },
      {
        source: 'http',
        day: '2026-11-22',
        committed: 56_661,
        duplicate: 8,
        quarantined: 2,
        tentative: 0,
        lost: 0,
        damaged: 0,
      },
    ],
    losses: [],
    sensors: [],
    letters: [],
    weaknesses: [],
    problems: [],
    audit: 'closes',
    absent: false,
    asked: [],
    answer,
  }

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const send = (status: number, body: unknown, type = 'application/json') => {
      response.writeHead(status, { 'content-type': type }).end(typeof body === 'string' ? body : JSON.stringify(body))
      return true
    }
    const refuse = (status: number, detail: string) =>
      send(status, { type: 'about:blank', title: detail, status, detail })
    const path = url.pathname.replace('/api/v1', '')
    const asked = (name: string) => url.searchParams.get(name) ?? undefined
    if (path === '/status') return send(200, statusOf(double, started, report))
    if (path === '/sources') return send(200, { items: double.sources, next: null })
    if (path === '/ledger') return send(200, { totals: { ...double.ledger, checked: now() }, rows: double.rows })
    if (request.method === 'POST') double.asked.push({ path, body: await bodyOf(request) })
    const body = double.asked.at(-1)?.body
    if (double.absent) return refuse(404, 'there is nothing at this address')
    if (path === '/ledger/audit') return audit(request, send, refuse)
    if (path === '/ledger/losses') return send(200, lossPage(double.losses, asked))
    if (path === '/ledger/sensors') {
      const items = double.sensors.filter(
        ({ source, device }) => (asked('source') ?? source) === source && (asked('device') ?? device) === device,
      )
      return send(200, { items, next: null })
    }
    if (path === '/dead-letters/requeue') {
      const which = requeueSchema.parse(body)
      const hit = double.letters.filter(
        (letter) =>
          letter.state === 'new' &&
          ('id' in which
            ? letter.id === which.id
            : 'all' in which ||
              ((which.code ?? letter.code) === letter.code && (which.source ?? letter.source) === letter.source)),
      )
      for (const letter of hit) letter.state = 'requeued'
      return send(200, { requeued: hit.length })
    }
    if (path === '/dead-letters/codes') {
      const items = [...Map.groupBy(double.letters, ({ code }) => code)].map(([code, letters]) => {
        const waiting = letters.filter(({ state }) => state === 'new').length
        return { code, waiting, requeued: letters.length - waiting }
      })
      return send(200, { items, next: null })
    }
    const one = /^\/dead-letters\/([\d.]+)$/.exec(path)?.[1]
    if (one !== undefined) {
      const letter = double.letters.find(({ id }) => id === one)
      if (!letter) return refuse(404, 'there is no such dead letter')
      const head = {
        source: letter.source,
        codec: letter.codec,
        framing: 'json',
        meta: { topic: 'parking/a/17', qos: 1 },
      }
      return send(200, { ...letter, cut: false, hex: [], head })
    }
    if (path === '/dead-letters/discard') {
      const { id } = discardSchema.parse(body)
      const before = double.letters.length
      double.letters = double.letters.filter((letter) => letter.id !== id)
      return send(200, { discarded: before - double.letters.length })
    }
    if (path === '/dead-letters') {
      const items = double.letters.filter(
        ({ source, code }) => (asked('source') ?? source) === source && (asked('code') ?? code) === code,
      )
      const from = Number(asked('cursor') ?? 0)
      const limit = Number(asked('limit') ?? 20)
      return send(200, {
        items: items.slice(from, from + limit),
        next: from + limit < items.length ? String(from + limit) : null,
      })
    }
    return false
  }

  /** Some looks while it runs, so that a slow machine sees them too, then the report. */
  let looks = 0
  let report: AuditReport | null = null
  function audit(request: IncomingMessage, send: (status: number, body: unknown) => boolean, refuse: Refuse): boolean {
    if (double.audit === 'absent') return refuse(404, 'there is nothing at this address')
    if (request.method === 'POST' && double.audit === 'forbidden') return refuse(403, 'this needs the scope operate')
    if (request.method === 'POST') looks = 5
    else if (looks > 0 && --looks === 0) report = sampleAudit(double)
    const progress: AuditProgress = {
      running: looks > 0,
      step: looks > 0 ? 'database' : null,
      done: 400,
      total: 1_412,
      report: looks > 0 ? null : report,
      failed: null,
    }
    return send(request.method === 'POST' ? 202 : 200, auditProgressSchema.parse(progress))
  }
  return double
}

type Refuse = (status: number, detail: string) => boolean

function sampleAudit({ ledger, audit, rows }: PipelineDouble): AuditReport {
  const difference = audit === 'open' ? -2 : 0
  return {
    time: now(),
    took_ms: 812,
    ok: difference === 0,
    journal: '0123456789abcdef0123456789abcdef',
    ledger: { ...ledger, difference },
    brackets: { intake: 0, store: difference },
    sources: rows.slice(0, 1).map(({ source, committed, duplicate, quarantined, tentative, lost, damaged }) => ({
      ...{ source, received: null, accepted: null, refused: null, unframeable: null, pending: null },
      ...{ committed, duplicate, quarantined, tentative, lost, damaged },
      ...{ readings: committed, dead_letters: quarantined, discarded: 0, open_gaps: 0, confirmed_lost: lost },
    })),
    sensors: 1_412,
    epochs: 1_420,
    warnings: difference ? ['journal damage in 7: records 4 to 5 (checksum)'] : [],
    failures: difference ? 1 : 0,
    sha256: createHash('sha256').update(now()).digest('hex'),
  }
}

function lossPage(losses: readonly Loss[], asked: (name: string) => string | undefined): LossReport {
  const found = losses.filter(
    ({ source, cause, device, day }) =>
      (asked('source') ?? source) === source &&
      (asked('cause') ?? cause) === cause &&
      (asked('device') ?? device) === device &&
      (asked('from') ?? day) <= day &&
      day <= (asked('to') ?? day),
  )
  const from = Number(asked('cursor') ?? 0)
  return {
    items: found.slice(from, from + pageMax),
    next: from + pageMax < found.length ? String(from + pageMax) : null,
    totals: lossCauses.flatMap((cause) => {
      const own = found.filter((loss) => loss.cause === cause)
      if (own.length === 0) return []
      const frames = own.reduce((sum, loss) => sum + (loss.frames ?? 0), 0)
      return [{ cause, frames, uncounted: own.filter((loss) => loss.frames === null).length }]
    }),
  }
}

const now = () => new Date().toISOString()

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? undefined : JSON.parse(text)
}

function statusOf(
  { ledger, sources, weaknesses, problems }: PipelineDouble,
  started: number,
  report: AuditReport | null,
): ServerStatus {
  const s = Date.now() / 1_000 - started
  const since = Math.floor(s * 40 + 300 * Math.sin(s / 9))
  const grown = {
    ...ledger,
    received: ledger.received + since,
    accepted: ledger.accepted + since,
    committed: ledger.committed + since,
  }
  const { ok = null, time = null, failures = null } = report ?? {}
  return serverStatusSchema.parse(
    sampleStatus({
      ...{ started: new Date(started * 1_000).toISOString(), time: now(), sources },
      problems,
      commit_ms: { p50: 3.1, p99: 9 + 3 * Math.sin(s / 3) },
      ledger: { ...grown, checked: now() },
      audit: { running: false, ok, time, failures, failed: null },
      database: { state: 'up', age_s: 0.31, version: 'MariaDB 10.11.6-MariaDB', location: 'db/baykeeper', weaknesses },
    }),
  )
}
