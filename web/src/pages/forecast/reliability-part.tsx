/** The reliability diagram with its numbers, of all horizons or of one. */
import type { ForecastQuality } from '@baykeeper/contract/forecast-pages.ts'
import { useSignal } from '@preact/signals'
import { Table } from '../../kit/table.tsx'
import { useForecastWords } from './forecast-words.ts'
import { horizonWord } from './horizon-word.ts'
import { type Reliability, reliabilityOf } from './quality.ts'
import { QualityPart } from './quality-part.tsx'
import { digits, ReliabilityDiagram } from './reliability.tsx'

export function ReliabilityPart({ calibration }: Pick<ForecastQuality, 'calibration'>) {
  const words = useForecastWords()
  const minutes = useSignal<number | undefined>(undefined)
  const points = reliabilityOf(calibration, minutes.value)
  const horizons = [...new Set(calibration.map((each) => each.minutes))].sort((a, b) => a - b)
  if (points.length === 0) return null
  return (
    <QualityPart
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
    </QualityPart>
  )
}
