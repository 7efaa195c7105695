/** Which model is loaded, what it learnt from, and whether it drifts. */
import type { ForecastQuality } from '@baykeeper/contract/forecast-pages.ts'
import type { ComponentChildren } from 'preact'
import { useDesk } from '../../shell/desk.ts'
import { useForecastWords } from './forecast-words.ts'
import { horizonWord } from './horizon-word.ts'
import { QualityPart } from './quality-part.tsx'
import { Why } from './why.tsx'

export function ModelPart({
  quality: { model, drift, scored },
  lot,
}: {
  quality: ForecastQuality
  lot: string | undefined
}) {
  const words = useForecastWords()
  const { now } = useDesk()
  const drifting = drift.filter((each) => lot === undefined || each.lot === lot)
  const known = (n: number | null | undefined) => (n === null || n === undefined ? '–' : words.number(n))
  return (
    <QualityPart
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
              <Why why={why} />
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
    </QualityPart>
  )
}

const Figure = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)
