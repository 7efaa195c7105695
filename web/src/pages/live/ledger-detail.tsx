/** The ledger: where every frame went, and the difference that must be zero. */
import type { Ledger } from '@baykeeper/contract/live.ts'
import type { TextKey } from '../../i18n/en.ts'
import { useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'

const lines: readonly (readonly [keyof Ledger, TextKey, 'sum' | 'part'])[] = [
  ['received', 'ledgerReceived', 'part'],
  ['refused', 'ledgerRefused', 'part'],
  ['unframeable', 'ledgerUnframeable', 'part'],
  ['accepted', 'ledgerAccepted', 'sum'],
  ['committed', 'ledgerCommitted', 'part'],
  ['duplicate', 'ledgerDuplicate', 'part'],
  ['quarantined', 'ledgerQuarantined', 'part'],
  ['tentative', 'ledgerTentativeName', 'part'],
  ['damaged', 'ledgerDamagedName', 'part'],
  ['pending', 'ledgerPendingName', 'part'],
  ['lost', 'ledgerLostName', 'sum'],
]

export function LedgerDetail() {
  const { words, kpi, now, staleSince, zone } = useDesk()
  const ledger = kpi.value?.ledger
  if (!ledger) return <p class="quiet">{words.text('notKnown')}</p>
  const stale = staleSince.value
  const even = ledger.difference === 0
  return (
    <div class={stale === undefined ? '' : 'stale'}>
      <p class="difference">
        <span>{words.text('ledgerDifference')}</span>
        <b class={even ? '' : 'alert'}>{words.number(ledger.difference)}</b>
        <span class={`chip ${even ? 'ok' : 'bad'}`}>
          {even ? words.text('balanced') : words.text('ledgerOff', { n: ledger.difference })}
        </span>
      </p>
      <p class="quiet">
        {stale === undefined
          ? words.text('checked', { age: words.ago(now.value - Date.parse(ledger.checked)) })
          : words.text('asOf', { time: words.clock(stale, zone.value) })}
      </p>
      <dl class="sums">
        {lines.map(([field, name, kind]) => (
          <div key={field} class={kind}>
            <dt>{words.text(name)}</dt>
            <dd>{words.number(ledger[field])}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">{words.text('ledgerLaw')}</p>
      <p class="quiet">{words.text('ledgerLost')}</p>
      <p class="more">
        <a href={routes.losses}>{words.text('losses')}</a>
        <a href={routes.pipeline}>{words.text('pipeline')}</a>
      </p>
    </div>
  )
}
