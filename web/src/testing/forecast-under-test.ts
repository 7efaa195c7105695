/** Made-up forecast responses for the tests of the pages: fans, scores, a training that runs when it is asked to. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { forecastLevels } from '@baykeeper/contract/forecast.ts'
import {
  type ForecastQuality,
  forecastQualitySchema,
  type LotForecastPoint,
  type SiteForecast,
  siteForecastSchema,
  type TrainingJob,
  trainingJobSchema,
} from '@baykeeper/contract/forecast-pages.ts'
import { reasonText } from '@baykeeper/contract/forecast-reasons.ts'
import type { SiteSummary } from '@baykeeper/contract/live.ts'

export interface ForecastDouble {
  /** `absent`: a server that knows nothing of forecasts. */
  state: SiteForecast['state'] | 'absent' | 'broken'
  /** Minutes since the newest was issued. */
  ageMinutes: number
  historyDays: number
  /** Horizons from this many minutes on are served by the baseline; from `withheldFrom` on nothing is. */
  baselineFrom: number
  withheldFrom: number
  widened: number
  /** Median of every lot, in place of the daily curve. */
  rate: number | undefined
  scored: boolean
  drifting: boolean
  mayTrain: boolean
  training: TrainingJob
  /** Addresses of forecasts that were fetched. */
  readonly fetched: string[]
  /** Newest issue, as announced by the stream. */
  issued(): string
  answer(request: IncomingMessage, response: ServerResponse, url: URL, sites: readonly SiteSummary[]): boolean
}

const minuteMs = 60_000
const quarterMs = 15 * minuteMs
const horizons = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 72, 96].map((steps) => steps * 15)
const observedSteps = 36
const away = [-1.96, -1.28, -0.67, 0, 0.67, 1.28, 1.96]

const expertsOf = {
  model: { experts: { network: 0.6, similar: 0.3, anchor: 0.1 } },
  baseline: { experts: { similar: 0.7, anchor: 0.3 } },
  withheld: {},
} as const

const clip = (rate: number) => Math.min(1, Math.max(0, rate))
/** Full at one o'clock at the site (11 h ahead of UTC), empty at night. */
const daily = (at: number, k: number) => {
  const hour = (at / 3_600_000 + 11 + k * 0.7) % 24
  return 0.18 + 0.7 * Math.exp(-(((hour - 13) / 4.2) ** 2)) - 0.06 * (k % 3) + 0.02 * Math.sin(hour * 5 + k)
}

export function createForecastDouble(): ForecastDouble {
  const double: ForecastDouble = {
    state: 'fresh',
    ageMinutes: 1,
    historyDays: 42,
    baselineFrom: 100_000,
    withheldFrom: 100_000,
    widened: 1,
    rate: undefined,
    scored: true,
    drifting: false,
    mayTrain: true,
    training: { state: 'never', started: null, ended: null, progress: null, detail: 'No training has run yet.' },
    fetched: [],
    issued: () => new Date(Date.now() - double.ageMinutes * minuteMs).toISOString(),
    answer,
  }

  function answer(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    sites: readonly SiteSummary[],
  ): boolean {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      return true
    }
    const refuse = (status: number, detail: string) =>
      send(status, { type: 'about:blank', title: detail, status, detail })
    const path = url.pathname.replace('/api/v1', '')
    const [, id, part] = /^\/sites\/([^/]+)\/forecast(\/quality)?$/.exec(path) ?? []
    const training = path === '/forecast/training'
    if (id === undefined && !training) return false
    if (double.state === 'absent') return refuse(404, 'there is nothing at this address')
    if (double.state === 'broken') return refuse(500, 'the forecaster broke off')
    if (training) {
      if (request.method === 'POST' && !double.mayTrain) return refuse(403, 'this needs the scope operate')
      if (request.method === 'POST') double.training = running(40)
      if (request.method === 'DELETE')
        double.training = {
          ...double.training,
          state: 'cancelled',
          ended: now(),
          detail: 'Cancelled at step 40; nothing was changed.',
        }
      return send(request.method === 'POST' ? 202 : 200, trainingJobSchema.parse(double.training))
    }
    const site = sites.find((each) => each.id === id)
    if (!site) return refuse(404, 'there is no such site')
    if (part) return send(200, forecastQualitySchema.parse(sampleQuality(double, site)))
    double.fetched.push(url.pathname + url.search)
    return send(200, siteForecastSchema.parse(sampleForecast(double, site, url.searchParams, sites.indexOf(site))))
  }
  return double
}

const now = () => new Date().toISOString()

export const running = (step: number): TrainingJob => ({
  state: 'running',
  started: new Date(Date.now() - 70_000).toISOString(),
  ended: null,
  progress: {
    stage: 'training',
    step,
    steps: 600,
    loss: 0.02184,
    samples_per_s: 2_380,
    eta_s: 184,
    validation: 0.02391,
  },
  detail: 'Learning from 77 days of 4 lots.',
})

const lotsOf = ({ id, name, occupancy, levels }: SiteSummary) => [
  { id, name, capacity: occupancy.capacity },
  ...(levels.length > 1
    ? levels.map((level) => ({ id: level.id, name: `${name} · ${level.name}`, capacity: level.occupancy.capacity }))
    : []),
]

function sampleForecast(double: ForecastDouble, site: SiteSummary, asked: URLSearchParams, s: number): SiteForecast {
  const issued = Date.parse(double.issued())
  const origin = Math.floor(issued / quarterMs) * quarterMs
  const none = double.state === 'starting' || double.state === 'off'
  const at = asked.get('at')
  const ks = asked.getAll('free_at_least').map(Number)
  return {
    site: site.id,
    state: double.state as SiteForecast['state'],
    origin: none ? null : new Date(origin).toISOString(),
    issued: none ? null : double.issued(),
    model: none ? null : 'c0ffee1234567890',
    levels: [...forecastLevels],
    pipeline: none
      ? null
      : {
          depth: 3,
          lag_s: 2,
          as_of: new Date(issued - 41_000).toISOString(),
          coverage: double.widened > 1 ? 0.81 : 0.98,
        },
    lots: lotsOf(site).map(({ id, name, capacity }, l) => {
      const point = (minutes: number, when = origin + minutes * minuteMs): LotForecastPoint => {
        const served =
          minutes >= double.withheldFrom ? 'withheld' : minutes >= double.baselineFrom ? 'baseline' : 'model'
        const spread = 0.012 * Math.sqrt(minutes / 15) * double.widened
        const median = double.rate ?? daily(when, s + l)
        const rate = served === 'withheld' ? null : away.map((z) => clip(median + z * Math.min(0.12, spread)))
        return {
          at: new Date(when).toISOString(),
          minutes: Math.round(minutes),
          served,
          why:
            {
              model: reasonText('learnt', { n: 28 }),
              baseline:
                double.historyDays < 14
                  ? reasonText('short-history', { n: double.historyDays, needed: 14 })
                  : reasonText('no-current-rate', {}),
              withheld: reasonText('few-known', { n: 41 }),
            }[served] +
            (double.widened > 1 && served !== 'withheld' ? `; ${reasonText('partly-known', { n: 81 })}` : ''),
          ...expertsOf[served],
          widened: double.widened,
          rate,
          free: rate?.map((value) => Math.round(capacity * (1 - value))) ?? null,
          p_free: rate ? ks.map((k) => ({ k, p: clip(0.5 + ((1 - median) * capacity - k) / (capacity * 0.25)) })) : [],
        }
      }
      const ahead = at === null ? undefined : (Date.parse(at) - origin) / minuteMs
      return {
        id,
        name,
        capacity: Math.max(1, capacity),
        history_days: double.historyDays,
        observed: none
          ? []
          : Array.from({ length: observedSteps + 1 }, (_, k) => {
              const when = origin - (observedSteps - k) * quarterMs
              return {
                at: new Date(when).toISOString(),
                rate: k === 9 || k === 10 ? null : clip(double.rate ?? daily(when, s + l)),
              }
            }),
        points: none
          ? []
          : [
              ...horizons.map((minutes) => point(minutes)),
              ...(ahead === undefined || ahead <= 0 || ahead > 1_440 ? [] : [point(ahead, Date.parse(at ?? ''))]),
            ],
      }
    }),
  }
}

function sampleQuality({ scored, drifting }: ForecastDouble, site: SiteSummary): ForecastQuality {
  if (!scored) return { site: site.id, scored: null, model: null, cells: [], calibration: [], drift: [] }
  const lots = lotsOf(site)
  return {
    site: site.id,
    scored: new Date(Date.now() - 6 * minuteMs).toISOString(),
    model: {
      hash: 'c0ffee1234567890c0ffee1234567890',
      name: 'patch transformer over seasonal anchor',
      trained: new Date(Date.now() - 20 * 3_600_000).toISOString(),
      rows: 221_760,
      parameters: 148_000,
    },
    cells: lots.flatMap(({ id }, l) =>
      horizons.map((minutes, h) => {
        const base = 0.011 + 0.006 * h + 0.002 * l
        const figures = (count: number, off: number) => ({
          count,
          mae: base * (0.9 + 0.008 * h),
          pinball: base * 0.42,
          coverage80: 0.8 + off,
          coverage95: 0.94,
          model_mae: base * (0.9 + 0.008 * h),
          baseline_mae: base,
          others_mae: { persistence: base * 1.9, day: base * 1.6, week: base * 1.3, weeks: base * 1.2 },
          hindcasts: Math.round(count / 3),
        })
        return {
          lot: id,
          minutes,
          days7: figures(80, -0.034),
          days28: figures(310, 0.006),
        }
      }),
    ),
    calibration: horizons.flatMap((minutes, h) =>
      forecastLevels.map((level) => ({
        minutes,
        level,
        observed: clip(level + 0.02 * Math.sin(level * 6 + h / 4)),
        count: 900,
      })),
    ),
    drift: drifting ? [{ lot: lots[0]?.id ?? '', minutes: 60, why: reasonText('drift-loss', { times: '1.6' }) }] : [],
  }
}
