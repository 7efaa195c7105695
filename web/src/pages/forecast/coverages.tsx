/** How often the observed value lay within the 80 % band, over 7 and 28 days, against the target. */
import type { ForecastKey } from './en.ts'
import { useForecastWords } from './forecast-words.ts'
import { type Coverage, coverageSlack, coverageTarget } from './quality.ts'
import { QualityPart } from './quality-part.tsx'

const verdictWords = {
  good: 'covGood',
  narrow: 'covNarrow',
  wide: 'covWide',
  few: 'covFew',
} as const satisfies Record<Coverage['verdict'], ForecastKey>

export function Coverages({ seven, month }: { seven: Coverage | undefined; month: Coverage | undefined }) {
  const words = useForecastWords()
  return (
    <QualityPart title={words.text('coverage')} note={words.text('coverageTarget')}>
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
    </QualityPart>
  )
}

/** From 60 to 100 %, the target as a bracket. */
const barFrom = 0.6
const CoverageBar = ({ share }: { share: number }) => {
  const at = (value: number) => `${((Math.min(1, Math.max(barFrom, value)) - barFrom) / (1 - barFrom)) * 100}%`
  return (
    <span class="coverage-bar" aria-hidden="true">
      <i
        class="coverage-target"
        style={{
          insetInlineStart: at(coverageTarget - coverageSlack),
          insetInlineEnd: `calc(100% - ${at(coverageTarget + coverageSlack)})`,
        }}
      />
      <i class="coverage-mark" style={{ insetInlineStart: at(share) }} />
    </span>
  )
}
