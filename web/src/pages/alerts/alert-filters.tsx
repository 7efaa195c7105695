/** The lists as tabs, and the filters of the one that is open. */

import type { RuleOnWire } from '@baykeeper/contract/alert-rule.ts'
import { alertSeverities } from '@baykeeper/contract/vocabulary.ts'
import { needingAction } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { type ListName, listNames, writeAlertsPlace } from './address.ts'
import type { Board } from './board.ts'
import type { AlertsKey } from './en.ts'

const tabNames: Readonly<Record<ListName, AlertsKey>> = {
  ...{ 'needs-action': 'needs-action', acknowledged: 'acknowledgedTab', shelved: 'shelvedTab' },
  ...{ suppressed: 'suppressedTab', closed: 'closedTab', all: 'allTab' },
}

export function AlertFilters({ board, rules }: { board: Board; rules: readonly RuleOnWire[] }) {
  return (
    <div class="alert-filters">
      <Tabs board={board} />
      <div class="filters">
        <TextFilter board={board} />
        <Choices board={board} rules={rules} />
      </div>
    </div>
  )
}

function Tabs({ board: { words, place, desk } }: { board: Board }) {
  const counts = desk.alertCounts.value
  const of: Partial<Record<ListName, number>> = counts
    ? { 'needs-action': needingAction(counts), shelved: counts.shelved, suppressed: counts.suppressed }
    : {}
  return (
    <nav class="tabs alert-tabs" aria-label={words.text('lists')}>
      {listNames.map((name) => {
        return (
          <a
            key={name}
            href={routes.alerts + writeAlertsPlace(desk.place.value.search, { ...place, alert: undefined, list: name })}
            {...(name === place.list ? { 'aria-current': 'page' } : {})}
          >
            {words.text(tabNames[name])}
            {of[name] !== undefined && <small>{words.number(of[name])}</small>}
          </a>
        )
      })}
    </nav>
  )
}

function TextFilter({ board: { words, text } }: { board: Board }) {
  return (
    <input
      id="alert-filter"
      type="search"
      autocomplete="off"
      spellcheck={false}
      placeholder={words.text('filterText')}
      aria-label={words.text('filterText')}
      aria-keyshortcuts="/"
      title={words.text('filterHint')}
      value={text.value}
      onInput={(event) => {
        text.value = event.currentTarget.value
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        if (text.value === '') event.currentTarget.blur()
        else text.value = ''
      }}
    />
  )
}

function Choices({ board, rules }: { board: Board; rules: readonly RuleOnWire[] }) {
  const { words, place, desk, listing } = board
  const owners = [...new Set(listing.value.rows.flatMap(({ alert: { owner } }) => owner ?? []))]
  const choices: readonly [
    name: 'severity' | 'site' | 'rule' | 'owner',
    label: AlertsKey,
    any: AlertsKey,
    of: [string, string][],
  ][] = [
    ['severity', 'severityLabel', 'anySeverity', alertSeverities.map((one) => [one, words.text(one)])],
    ['site', 'siteLabel', 'allSites', desk.sites.value.map(({ id, name }) => [id, name])],
    ['rule', 'ruleLabel', 'allRules', rules.map(({ id, title }) => [id, words.ofRule(title)])],
    ['owner', 'ownerLabel', 'anyone', owners.map((owner) => [owner, owner])],
  ]
  return (
    <>
      {choices.map(([name, label, any, of]) => {
        const value = place[name]
        const known = value === undefined || of.some(([id]) => id === value) ? of : [...of, [value, value] as const]
        if (known.length < 2 && value === undefined) return null
        return (
          <select
            key={name}
            aria-label={words.text(label)}
            value={value ?? ''}
            onChange={(event) => {
              board.go({ alert: undefined, [name]: event.currentTarget.value || undefined })
            }}
          >
            <option value="">{words.text(any)}</option>
            {known.map(([id, shown]) => (
              <option key={id} value={id}>
                {shown}
              </option>
            ))}
          </select>
        )
      })}
    </>
  )
}
