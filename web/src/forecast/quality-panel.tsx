/** How right the forecasts have been, always beside them: coverage, errors against the baseline, reliability, the model, drift. */
import type { ForecastQuality } from '@baykeeper/contract/forecast-pages.ts'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useDesk } from '../desk/desk.ts'
import type { Fetched } from '../desk/fetched.ts'
import { Panel } from '../desk/panel.tsx'
import { type Column, Table } from '../desk/table.tsx'
import type { ForecastKey } from '../i18n/forecast-en.ts'
import { ErrorDots } from './error-dots.tsx'
import { useForecastWords } from './forecast-words.ts'
import { horizonWord } from './horizon-word.ts'
import {
  aheadOfBaseline,
  byHorizon,
  type Coverage,
  coverageOf,
  type HorizonScore,
  ofLot,
  type Reliability,
  reliabilityOf,
  type Window,
} from './quality.ts'
import { digits, ReliabilityDiagram } from './reliability.tsx'

/** The scoreboard is made anew every quarter of an hour or so. */
const freshMs = 2 * 3_600_000

export function QualityPanel({ quality, lot }: { quality: Fetched<ForecastQuality>; lot: string }) {
  const words = useForecastWords()
  const { value } = quality
  const scope = useSignal<'lot' | 'site'>('lot')
  const span = useSignal<Window>('days28')
  const scored = value?.scored ? Date.parse(value.scored) : undefined
  const cells = ofLot(value?.cells ?? [], scope.value === 'lot' ? lot : undefined)
  const scores = byHorizon(cells, span.value)
  return (
    <Panel
      title={words.text('quality')}
      class="quality"
      of={scored === undefined ? quality : { ...quality, at: scored }}
      freshMs={freshMs}
    >
      {value && (
        <>
          <div class="switches">
            <Switch
              label={words.text('scope')}
              value={scope.value}
              options={[
                ['lot', words.text('scopeLot')],
                ['site', words.text('scopeSite')],
              ]}
              choose={(next) => {
                scope.value = next
              }}
            />
            <Switch
              label={words.text('window')}
              value={span.value}
              options={[
                ['days7', words.text('days7')],
                ['days28', words.text('days28')],
              ]}
              choose={(next) => {
                span.value = next
              }}
            />
          </div>
          <Coverages seven={coverageOf(cells, 'days7')} month={coverageOf(cells, 'days28')} />
          {scores.length === 0 ? (
            <p class="quiet">{words.text(value.scored === null ? 'notScored' : 'notScoredWindow')}</p>
          ) : (
            <Errors scores={scores} />
          )}
          <ReliabilityPart calibration={value.calibration} />
          <ModelPart quality={value} lot={scope.value === 'lot' ? lot : undefined} />
        </>
      )}
    </Panel>
  )
}

interface SwitchProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [value: T, text: string])[]
  choose(value: T): void
}

export function Switch<T extends string>({ label, value, options, choose }: SwitchProps<T>) {
  return (
    <fieldset class="switch" aria-label={label}>
      {options.map(([each, text]) => (
        <button key={each} type="button" aria-pressed={each === value} onClick={() => choose(each)}>
          {text}
        </button>
      ))}
    </fieldset>
  )
}

const verdictWords = {
  good: 'covGood',
  narrow: 'covNarrow',
  wide: 'covWide',
  few: 'covFew',
} as const satisfies Record<Coverage['verdict'], ForecastKey>

function Coverages({ seven, month }: { seven: Coverage | undefined; month: Coverage | undefined }) {
  const words = useForecastWords()
  return (
    <Part title={words.text('coverage')} note={words.text('coverageTarget')}>
      <div class="coverages">
        {(
          [
            ['days7', seven],
            ['days28', month],
          ] as const
        ).map(([window, coverage]) => (
          <div key={window}>
            <small>{words.text(window)}</small>
            <b>{coverage ? words.percent(coverage.share, 1) : '–'}</b>
            {coverage && (
              <>
                <CoverageBar share={coverage.share} />
                <span
                  class={`chip ${coverage.verdict === 'good' ? 'ok' : coverage.verdict === 'few' ? 'plain' : 'warn'}`}
                >
                  {words.text(verdictWords[coverage.verdict])}
                </span>
                <small>{words.count('covCount', coverage.count)}</small>
              </>
            )}
          </div>
        ))}
      </div>
    </Part>
  )
}

/** From 60 to 100 %, the target as a bracket. */
const barFrom = 0.6
const CoverageBar = ({ share }: { share: number }) => {
  const at = (value: number) => `${((Math.min(1, Math.max(barFrom, value)) - barFrom) / (1 - barFrom)) * 100}%`
  return (
    <span class="coverage-bar" aria-hidden="true">
      <i class="coverage-target" style={{ insetInlineStart: at(0.78), insetInlineEnd: `calc(100% - ${at(0.82)})` }} />
      <i class="coverage-mark" style={{ insetInlineStart: at(share) }} />
    </span>
  )
}

function Errors({ scores }: { scores: readonly HorizonScore[] }) {
  const words = useForecastWords()
  const better = aheadOfBaseline(scores)
  const points = (value: number | null) => (value === null ? '–' : words.number(value * 100, 1))
  const figure = (name: string, cell: (row: HorizonScore) => string): Column<HorizonScore> => ({
    name,
    figure: true,
    cell,
  })
  const percent = better === undefined ? '' : words.percent(Math.abs(better), 1)
  return (
    <Part
      title={words.text('mae')}
      note={
        better !== undefined &&
        (Math.abs(better) < 0.0005
          ? words.text('evenWith')
          : words.text(better > 0 ? 'betterBy' : 'worseBy', { percent }))
      }
    >
      <p class="errors-key quiet">
        <i class="errors-served" aria-hidden="true" /> {words.text('maeServed')}
        <i class="errors-baseline" aria-hidden="true" /> {words.text('maeBaselineKey')}
      </p>
      <ErrorDots scores={scores} />
      <details>
        <summary>{words.text('figures')}</summary>
        <Table<HorizonScore>
          label={words.text('maeBy')}
          keyOf={({ minutes }) => String(minutes)}
          rows={scores}
          columns={[
            { name: words.text('horizon'), cell: ({ minutes }) => horizonWord(words, minutes) },
            figure(words.text('maeServed'), ({ mae }) => points(mae)),
            figure(words.text('maeModel'), ({ model }) => points(model)),
            figure(words.text('maeBaseline'), ({ baseline }) => points(baseline)),
            figure(words.text('pinball'), ({ pinball }) => words.number(pinball * 100, 2)),
            figure(words.text('band80'), ({ coverage80 }) => words.percent(coverage80, 1)),
            figure(words.text('servedCells'), ({ cells, baselineCells }) =>
              words.text('servedShare', { n: cells - baselineCells, all: cells }),
            ),
            figure(words.text('scoredCount'), ({ count }) => words.number(count)),
          ]}
        />
        <p class="quiet">{words.text('pinballNote')}</p>
      </details>
    </Part>
  )
}

function ReliabilityPart({ calibration }: Pick<ForecastQuality, 'calibration'>) {
  const words = useForecastWords()
  const minutes = useSignal<number | undefined>(undefined)
  const points = reliabilityOf(calibration, minutes.value)
  const horizons = [...new Set(calibration.map((each) => each.minutes))].sort((a, b) => a - b)
  if (points.length === 0) return null
  return (
    <Part
      title={words.text('reliability')}
      note={
        <select
          aria-label={words.text('horizon')}
          value={String(minutes.value ?? '')}
          onChange={(event) => {
            minutes.value = Number(event.currentTarget.value) || undefined
          }}
        >
          <option value="">{words.text('allHorizons')}</option>
          {horizons.map((each) => (
            <option key={each} value={String(each)}>
              {horizonWord(words, each)}
            </option>
          ))}
        </select>
      }
    >
      <div class="reliability-part">
        <ReliabilityDiagram points={points} />
        <Table<Reliability>
          label={words.text('reliability')}
          keyOf={({ level }) => String(level)}
          rows={points}
          columns={[
            { name: words.text('promised'), cell: ({ level }) => words.percent(level, digits(level)) },
            { name: words.text('held'), figure: true, cell: ({ observed }) => words.percent(observed, 1) },
          ]}
        />
      </div>
      <p class="quiet">{words.text('reliabilityText')}</p>
    </Part>
  )
}

function ModelPart({ quality: { model, drift, scored }, lot }: { quality: ForecastQuality; lot: string | undefined }) {
  const words = useForecastWords()
  const { now } = useDesk()
  const drifting = drift.filter((each) => lot === undefined || each.lot === lot)
  const known = (n: number | null | undefined) => (n === null || n === undefined ? '–' : words.number(n))
  return (
    <Part
      title={words.text('modelHead')}
      note={
        scored !== null && (
          <span class={`chip ${drifting.length > 0 ? 'warn' : 'plain'}`}>
            {drifting.length > 0 ? words.count('drift', drifting.length) : words.text('driftNone')}
          </span>
        )
      }
    >
      {drifting.length > 0 && (
        <ul class="reasons">
          {drifting.slice(0, 5).map(({ lot: of, minutes, why }) => (
            <li key={`${of} ${minutes}`}>
              <b>
                {lot === undefined && `${of}, `}
                {horizonWord(words, minutes)}
              </b>{' '}
              <span lang="en">{why}</span>
            </li>
          ))}
        </ul>
      )}
      {model ? (
        <dl class="figures">
          <Figure name={words.text('modelName')}>{model.name}</Figure>
          <Figure name={words.text('modelHash')}>
            <code title={model.hash}>{model.hash.slice(0, 12)}</code>
          </Figure>
          <Figure name={words.text('modelTrained')}>
            {model.trained === null ? (
              words.text('notTrained')
            ) : (
              <time dateTime={model.trained} title={model.trained}>
                {words.ago(now.value - Date.parse(model.trained))}
              </time>
            )}
          </Figure>
          <Figure name={words.text('modelRows')}>{known(model.rows)}</Figure>
          <Figure name={words.text('modelParameters')}>{known(model.parameters)}</Figure>
        </dl>
      ) : (
        <p class="quiet">{words.text('modelNone')}</p>
      )}
    </Part>
  )
}

const Figure = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const Part = ({ title, note, children }: { title: string; note?: ComponentChildren; children: ComponentChildren }) => (
  <section class="quality-part">
    <div class="quality-head">
      <h3>{title}</h3>
      {note && <span class="quiet">{note}</span>}
    </div>
    {children}
  </section>
)
