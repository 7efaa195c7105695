/** The folds of processing over a small city, with what they have stored: started again from that after each step where a test wants it. */
import type { AlertAction, AlertSeverity } from '@baykeeper/contract/vocabulary.ts'
import type { AlertEventRow, AlertRow } from '../../domain/alerts/alert-rows.ts'
import { type AlertRule, usualSettings } from '../../domain/alerts/rule.ts'
import { builtInRules } from '../../domain/alerts/rules/list.ts'
import { assignedDevices } from '../../domain/assigned-device.ts'
import type { DeskChange } from '../../domain/desk-change.ts'
import { applyLive, type DeviceRecord } from '../../domain/fold.ts'
import type { LossFact, SystemHealth } from '../../domain/folds/fold.ts'
import { type Bay, type DeviceFacts, emptyLayout, type Layout, plainBay, type Site } from '../../domain/layout.ts'
import type { DeviceId, FramePath, Measures } from '../../domain/reading.ts'
import { watchingOf } from '../../domain/watching.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { noSessions } from '../../store/store.ts'
import { createMemoryHistory } from '../../store/testing/memory-history.ts'
import { createFleet } from '../fleet.ts'
import { createHistoryFold, type HistoryFold } from '../folds.ts'

export interface CitySample {
  /** By id; a list is its devices. */
  readonly bays: Readonly<Record<string, readonly string[] | (Partial<Omit<Bay, 'id'>> & { readonly site?: string })>>
  readonly devices?: readonly DeviceFacts[]
  readonly site?: Partial<Pick<Site, 'zone' | 'holidays' | 'open' | 'gates' | 'stayRules'>>
  readonly zones?: Site['levels'][number]['zones']
}

/** Times are seconds from the begin. */
export interface AlertStep {
  readonly at: number
  /** Presence by device. */
  readonly reports?: Readonly<Record<string, boolean | null>>
  /** Other measures, by device. */
  readonly measures?: Readonly<Record<string, Measures>>
  /** By the clock of the device; absent: the time of its arrival. */
  readonly measured?: number
  /** That time is taken unchecked. */
  readonly trusted?: boolean
  readonly by?: FramePath
  readonly source?: string
  readonly beat?: boolean
  readonly setBack?: boolean
  /** The server stood still since the step before it; otherwise it writes heartbeats meanwhile. */
  readonly standstill?: boolean
  readonly health?: SystemHealth
  readonly losses?: readonly LossFact[]
  /** A dead letter of this source. */
  readonly letter?: string
  /** In place of the rule of its id. */
  readonly rule?: Partial<AlertRule> & { readonly id: string }
  readonly removed?: string
  readonly act?: { readonly action: AlertAction; readonly on: string; readonly until?: number; readonly owner?: string }
  readonly made?: { readonly title: string; readonly severity: AlertSeverity; readonly bay?: string }
  readonly desk?: DeskChange
  readonly layout?: CitySample
}

export function cityOf({ bays, devices = [], site = {}, zones = [] }: CitySample): Layout {
  const all = Object.entries(bays).map(([id, of]) => {
    const { site: name = 'S', ...more } = Array.isArray(of)
      ? { devices: of as string[] }
      : (of as Partial<Bay> & { site?: string })
    return { name, bay: plainBay(id, { x: 0, y: 0 }, more) }
  })
  const names = [...new Set(['S', ...all.map(({ name }) => name)])]
  return {
    ...{ ...emptyLayout, devices },
    sites: names.map((id) => ({
      ...{ id, name: id, zone: 'Europe/Berlin', ...site },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9, zones: id === 'S' ? zones : [] },
          bays: all.filter(({ name }) => name === id).map(({ bay }) => bay),
        },
      ],
    })),
  }
}

export interface AlertWorldOptions {
  readonly begin: string
  readonly city: CitySample
  /** Everything in memory is dropped and loaded again after each step. */
  readonly restarts: boolean
  readonly promiseMs?: number
}

const heartbeatS = 120

/** Between steps that lie apart: as intake writes them while it lives. */
function withHeartbeats(steps: readonly AlertStep[], playedTo: number | undefined): readonly AlertStep[] {
  return steps.flatMap((step, i) => {
    const before = steps[i - 1]?.at ?? playedTo ?? step.at
    const missing = step.standstill ? 0 : Math.max(0, Math.ceil((step.at - before) / heartbeatS) - 1)
    return [...Array.from({ length: missing }, (_, n) => ({ at: before + (n + 1) * heartbeatS, beat: true })), step]
  })
}

type Counters = Pick<DeviceRecord, 'countIn' | 'countOut' | 'lastTime'>

function count(history: HistoryFold, state: DeviceRecord, measures: Measures, before: Counters, time: Instant) {
  const entries = (measures.countIn ?? 0) - (before.countIn ?? 0)
  const exits = (measures.countOut ?? 0) - (before.countOut ?? 0)
  const isFirst = before.countIn === null
  history.counted(state, { entries, exits, resets: 0, from: before.lastTime, isFirst, isDoubtful: false }, time, time)
}

/** Rules that are not of the case are off: their alerts would stand between. */
export const ruleOff = (id: string): AlertRule => {
  const declared = builtInRules.find(({ kind }) => kind === id)
  return {
    id,
    kind: id,
    ...(declared?.defaults ?? { ...usualSettings, severity: 'info', title: id, next: '' }),
    enabled: false,
  }
}

export function createAlertWorld({ begin, city, restarts, promiseMs = 86_400_000 }: AlertWorldOptions) {
  const start = Date.parse(begin)
  const at = (seconds: number) => instant(start + 1_000 * seconds)
  const secondsOf = (time: number) => (time - start) / 1_000
  const memory = createMemoryHistory()
  const states = new Map<string, DeviceRecord>()
  let layout = cityOf(city)
  let pos = 0
  let playedTo: number | undefined
  let place = load()

  function load() {
    const fleet = createFleet([...states.values()].map((state) => ({ ...state })).sort((a, b) => a.id - b.id))
    const all = memory.all()
    const history = createHistoryFold(
      watchingOf(layout),
      fleet,
      {
        ...{ occupancy: memory.newest(), bays: memory.storedBays(), standing: all.standing },
        ...{ overstays: all.overstays.filter(({ ended }) => ended === null) },
        ...{ countZones: memory.vehicles().zones, alerts: memory.alerts() },
      },
      promiseMs,
    )
    return { fleet, history }
  }

  function commit() {
    const { sessions: _, ...rows } = place.history.take()
    memory.put({ ...rows, sessions: noSessions })
    for (const { state } of place.fleet.all()) states.set(`${state.source} ${state.external}`, state)
    if (restarts) place = load()
  }

  function frame(
    history: HistoryFold,
    name: string,
    measures: Measures,
    { at: seconds, measured, trusted, by, source = 'test', setBack }: AlertStep,
  ) {
    const arrived = at(seconds)
    const { state } = place.fleet.meet(source, name as DeviceId, arrived)
    const time = measured === undefined ? arrived : at(measured)
    const { occupied, since, claimedBay, countIn, countOut, lastTime } = state
    history.touchLiveness(state, arrived, time, by, setBack)
    state.lastArrived = arrived
    const own = measured === undefined ? {} : { time }
    const reading = { device: name as DeviceId, ...own, measures }
    applyLive(state, reading, time)
    if (measures.countIn !== undefined && measures.countOut !== undefined)
      count(history, state, measures, { countIn, countOut, lastTime }, time)
    history.applied(state, { occupied, since, claimedBay }, reading, time, trusted)
  }

  function desk(change: DeskChange, seconds: number) {
    place.history.desk({ author: 'Ada', reason: 'why', at: at(seconds), change }, pos)
  }

  function idOf(name: string): string {
    const found = memory.alerts().alerts.filter((row) => `${row.rule} ${row.subject}` === name || row.title === name)
    return found.at(-1)?.id ?? name
  }

  function take(step: AlertStep) {
    const { history } = place
    history.position(++pos)
    const { at: seconds, rule, act, made } = step
    for (const [name, occupied] of Object.entries(step.reports ?? {})) frame(history, name, { occupied }, step)
    for (const [name, measures] of Object.entries(step.measures ?? {})) frame(history, name, measures, step)
    if (step.beat || step.health || step.losses) {
      history.clock(at(seconds))
      history.facts({ at: at(seconds), losses: step.losses ?? [], health: step.health })
    }
    if (step.letter) history.letter({ source: step.letter, code: 'not-json', time: at(seconds) })
    const request = `r-${String(pos).padStart(6, '0')}`
    if (rule) {
      const whole: AlertRule = { ...ruleOff(rule.kind ?? rule.id), enabled: true, ...rule }
      desk({ is: 'rule', request, id: rule.id, rule: whole }, seconds)
    }
    if (step.removed) desk({ is: 'rule', request, id: step.removed, rule: null }, seconds)
    if (act) {
      const until = act.until === undefined ? null : at(act.until)
      desk(
        { is: 'alert', request, alerts: [idOf(act.on)], action: act.action, until, owner: act.owner ?? null },
        seconds,
      )
    }
    if (made) desk({ is: 'alert-made', request, site: null, bay: null, text: '', ...made }, seconds)
    if (step.desk) desk(step.desk, seconds)
    if (step.layout) {
      layout = cityOf(step.layout)
      history.relayout({ watching: watchingOf(layout), assigned: assignedDevices(layout) }, place.fleet, at(seconds))
    }
  }

  return {
    at,
    secondsOf,
    /** `perCommit`: steps in one commit. */
    play(given: readonly AlertStep[], perCommit = 1) {
      const steps = withHeartbeats(given, playedTo)
      playedTo = given.at(-1)?.at ?? playedTo
      for (const [i, step] of steps.entries()) {
        // An action names its alert as it is stored.
        if (step.act) commit()
        take(step)
        if ((i + 1) % perCommit === 0 || i === steps.length - 1 || step.act) commit()
      }
    },
    alerts: (): readonly AlertRow[] => memory.alerts().alerts,
    events: (): readonly AlertEventRow[] => memory.alerts().events,
    requests: () => memory.alerts().requests,
    memory: () => memory.alerts().memory,
    bays: () => memory.bays(),
  }
}
