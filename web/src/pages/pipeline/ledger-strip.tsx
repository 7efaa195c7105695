/** The proof: both halves of the message balance in live numbers, and what is missing from them in large type. */
import { acceptedTerms, receivedTerms } from '@baykeeper/contract/balance.ts'
import type { Ledger } from '@baykeeper/contract/live.ts'
import type { ServerStatus } from '@baykeeper/contract/status.ts'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { Audit } from './audit.tsx'
import type { PipelineKey } from './en.ts'
import { usePipelineWords } from './pipeline-words.ts'

type Term = readonly [field: keyof Ledger, name: PipelineKey]
const names = {
  ...{ accepted: 'fateAccepted', refused: 'fateRefused', unframeable: 'fateUnframeable', committed: 'fateCommitted' },
  ...{ duplicate: 'fateDuplicate', quarantined: 'fateQuarantined', damaged: 'fateDamaged', pending: 'fatePending' },
  tentative: 'fateTentative',
} as const satisfies Record<(typeof receivedTerms)[number] | (typeof acceptedTerms)[number], PipelineKey>
/** These are rare: their terms are shown when there is any. */
const rare: readonly (keyof Ledger)[] = ['damaged', 'tentative']
const isShown = ([field]: Term, ledger: Ledger) => !rare.includes(field) || ledger[field] !== 0
const halves: readonly { readonly law: PipelineKey; readonly whole: Term; readonly parts: readonly Term[] }[] = [
  {
    law: 'law1',
    whole: ['received', 'fateReceived'],
    parts: receivedTerms.map((term) => [term, names[term]] as const),
  },
  {
    law: 'law2',
    whole: ['accepted', 'fateAccepted'],
    parts: acceptedTerms.map((term) => [term, names[term]] as const),
  },
]

/** The difference is of the totals, every second; the audit's result is of every row, and outlives a difference of 0. */
export function LedgerStrip({ audit }: { audit: ServerStatus['audit'] }) {
  const words = usePipelineWords()
  const { kpi, staleSince, zone } = useDesk()
  const ledger = kpi.value?.ledger
  const stale = staleSince.value
  const off = ledger !== undefined && ledger.difference !== 0
  const unproven = audit?.ok === false
  const tone = ledger === undefined ? '' : off || unproven ? 'bad' : 'ok'
  return (
    <section class={`panel part ledger-strip ${stale === undefined ? '' : 'stale'}`} aria-label={words.text('ledger')}>
      <div class="part-head">
        <h2>{words.text('ledger')}</h2>
        <Audit />
      </div>
      <p class="quiet">{words.text('ledgerText')}</p>
      {ledger === undefined ? (
        <p class="quiet">{words.text('notKnown')}</p>
      ) : (
        <div class="law">
          <div class="law-result">
            <span class="quiet">{words.text('difference')}</span>
            <b class={off ? 'alert' : ''}>{words.number(ledger.difference)}</b>
            <span class={`chip ${tone}`}>
              {off
                ? words.text('closesNot', { n: Math.abs(ledger.difference) })
                : unproven
                  ? words.count('auditRefutes', audit?.failures ?? 0)
                  : words.text('closes')}
            </span>
            <small>
              {stale === undefined ? <CheckedAgo /> : words.text('asOf', { time: words.clock(stale, zone.value) })}
            </small>
          </div>
          <div class="law-halves">
            {halves.map(({ law, whole, parts }) => (
              <Equation
                key={law}
                law={words.text(law)}
                ledger={ledger}
                whole={whole}
                parts={parts.filter((term) => isShown(term, ledger))}
              />
            ))}
            <p class="beside">
              <span class="quiet">{words.text('besideLaw')}:</span>{' '}
              <b>{ledger.lost > 0 ? words.count('lostBefore', ledger.lost) : words.text('lostNone')}</b>{' '}
              <a href={routes.losses}>{words.text('whyLink')}</a>
            </p>
          </div>
        </div>
      )}
    </section>
  )
}

interface EquationProps {
  readonly law: string
  readonly ledger: Ledger
  readonly whole: Term
  readonly parts: readonly Term[]
}

function Equation({ law, ledger, whole, parts }: EquationProps) {
  return (
    <div class="equation">
      <p class="quiet">{law}</p>
      <div>
        <TermBox term={whole} ledger={ledger} />
        {parts.map((term, i) => (
          <TermBox key={term[0]} term={term} ledger={ledger} sign={i === 0 ? '=' : '+'} />
        ))}
      </div>
    </div>
  )
}

function TermBox({
  term: [field, name],
  ledger,
  sign,
}: {
  term: Term
  ledger: EquationProps['ledger']
  sign?: ComponentChildren
}) {
  const words = usePipelineWords()
  return (
    <span class="term">
      {sign && <i>{sign}</i>}
      <span>
        <b>{words.number(ledger[field])}</b>
        <small>{words.text(name)}</small>
      </span>
    </span>
  )
}

const tickMs = 200

/**
 * "0.8 s ago": age of the check when it was sent, by the server's clock, and the time since by ours. So two clocks that
 * disagree cannot make it younger or older than it is.
 */
function CheckedAgo() {
  const words = usePipelineWords()
  const { kpi, kpiAt } = useDesk()
  const now = useSignal(Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now()
    }, tickMs)
    return () => clearInterval(timer)
  }, [now])
  const figures = kpi.value
  if (!figures?.ledger) return null
  const ms =
    Math.max(0, Date.parse(figures.time) - Date.parse(figures.ledger.checked)) + Math.max(0, now.value - kpiAt.value)
  const age = ms < 10_000 ? words.text('secondsAgo', { s: words.number(ms / 1_000, 1) }) : words.ago(ms)
  return <>{words.text('checkedAgo', { age })}</>
}
