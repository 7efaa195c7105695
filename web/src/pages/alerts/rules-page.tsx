/** The rules that raise alerts: all of them, or one to change. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useFetched } from '../../kit/fetched.ts'
import { Table } from '../../kit/table.tsx'
import { type Desk, may, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import './alerts.css'
import { amount } from './alert-view.ts'
import { useAlertsWords } from './alerts-words.ts'
import { RuleEditor } from './rules/rule-editor.tsx'
import './rules/rules.css'
import { useRulesWords, withRulesWords } from './rules/rules-words.ts'
import { SeverityMark } from './severity-mark.tsx'

const pollMs = 30_000
/** No rule can have it as its id. */
const newItem = '_new'

export const load = (desk: Desk) => withRulesWords(desk, RulesPage)

function RulesPage() {
  const { item } = useDesk().place.value
  if (item === undefined) return <RuleList />
  return <RuleEditor key={item} id={item === newItem ? undefined : item} />
}

function RuleList() {
  const desk = useDesk()
  const words = useRulesWords()
  const alertWords = useAlertsWords()
  const { zone, alertCounts } = desk
  const { value, failed } = useFetched(requestOf('GET /api/v1/rules', {}), pollMs, alertCounts.value?.change).value
  const rules = value?.items ?? []
  return (
    <>
      <header class="page-head">
        <div>
          <p class="crumbs">
            <a href={routes.alerts}>{words.text('alerts')}</a> /
          </p>
          <h1>{words.text('rules')}</h1>
          {value && (
            <p class="quiet">
              {words.text('rulesLead', { on: rules.filter(({ enabled }) => enabled).length, all: rules.length })}
            </p>
          )}
        </div>
        {may(desk, 'rules') ? (
          <a class="button filled" href={`${routes.rules}/${newItem}`}>
            {words.text('newRule')}
          </a>
        ) : (
          <p class="quiet">{words.text('mayNotRules')}</p>
        )}
      </header>
      {failed && <p class="banner bad">{words.text('rulesFailed')}</p>}
      {!value && !failed && <p class="quiet">{words.text('loading')} …</p>}
      {value && (
        <section class="panel part">
          <Table
            label={words.text('rules')}
            rows={rules}
            keyOf={({ id }) => id}
            columns={[
              {
                name: words.text('ruleColumn'),
                cell: ({ id, title, severity, enabled, kind, is_changed }) => (
                  <span class="rule-name">
                    <SeverityMark severity={severity} />
                    <a href={`${routes.rules}/${encodeURIComponent(id)}`}>{words.ofRule(title)}</a>
                    {!enabled && <em class="tag">{words.text('switchedOff')}</em>}
                    {kind === 'own' ? (
                      <em class="tag">{words.text('ownRule')}</em>
                    ) : (
                      is_changed && <em class="tag">{words.text('changedMark')}</em>
                    )}
                  </span>
                ),
              },
              {
                name: words.text('whatColumn'),
                class: 'wide-only',
                cell: (rule) => <span class="quiet">{words.ofRule(rule.about)}</span>,
              },
              {
                name: words.text('limitColumn'),
                figure: true,
                cell: ({ threshold, unit }) =>
                  threshold === null || threshold === undefined ? '' : amount(alertWords, threshold, unit),
              },
              { name: words.text('openAlerts'), figure: true, cell: ({ open }) => words.number(open) },
              {
                name: words.text('changedBy'),
                class: 'wide-only',
                cell: ({ author, changed }) =>
                  author === null || changed === null ? (
                    <span class="quiet rule-when">{words.text('defaults')}</span>
                  ) : (
                    <bdi>
                      {words.text('byAuthor', { author, time: words.dayMinute(Date.parse(changed), zone.value) })}
                    </bdi>
                  ),
              },
            ]}
          />
        </section>
      )}
    </>
  )
}
