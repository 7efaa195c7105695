/** Forecast accuracy, always shown next to the forecast: coverage, errors against the baseline, reliability, the model, drift. */
import type { ForecastQuality } from '@baykeeper/contract/forecast-pages.ts'
import { useSignal } from '@preact/signals'
import type { Fetched } from '../../kit/fetched.ts'
import { Panel } from '../live/panel.tsx'
import { Coverages } from './coverages.tsx'
import { ErrorsPart } from './errors-part.tsx'
import { useForecastWords } from './forecast-words.ts'
import { ModelPart } from './model-part.tsx'
import { byHorizon, coverageOf, ofLot, type Window } from './quality.ts'
import { ReliabilityPart } from './reliability-part.tsx'
import { Switch } from './switch.tsx'

/** The server recalculates the scoreboard about every 15 minutes. */
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
            <ErrorsPart scores={scores} />
          )}
          <ReliabilityPart calibration={value.calibration} />
          <ModelPart quality={value} lot={scope.value === 'lot' ? lot : undefined} />
        </>
      )}
    </Panel>
  )
}
