/** One rule to change: as a form, as text, and what it would have raised. */
import type { RuleOnWire } from '@baykeeper/contract/alert-rule.ts'
import { ApiError, requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../../../kit/api.ts'
import { useFetched } from '../../../kit/fetched.ts'
import { go, may, useDesk } from '../../../shell/desk.ts'
import { routes } from '../../../shell/route.ts'
import { DryRun } from './dry-run.tsx'
import { changedFields, type Draft, draftOf, newDraft } from './rule-draft.ts'
import { RuleForm } from './rule-form.tsx'
import { RuleRemoval } from './rule-removal.tsx'
import { RuleText } from './rule-text.tsx'
import { useRulesWords } from './rules-words.ts'

const pollMs = 60_000

/** A problem of input names the fields. */
interface RuleProblem {
  readonly detail?: string | undefined
  readonly errors?: readonly Fault[] | undefined
}

export interface Fault {
  readonly path: string
  readonly message: string
}

export function RuleEditor({ id }: { id: string | undefined }) {
  const words = useRulesWords()
  const again = useSignal(0)
  const request = id === undefined ? undefined : requestOf('GET /api/v1/rules/{id}', { params: { id } })
  const { value: rule, failed, status } = useFetched(request, pollMs, again.value).value
  if (id === undefined) return <Editor rule={undefined} changed={() => again.value++} />
  if (rule) return <Editor key={rule.changed ?? ''} rule={rule} changed={() => again.value++} />
  return (
    <>
      <Crumbs />
      <h1>{words.text('rules')}</h1>
      <p class={failed ? 'banner bad' : 'quiet'}>
        {failed
          ? status === 404
            ? words.text('noRule', { id })
            : words.text('rulesFailed')
          : `${words.text('loading')} …`}
      </p>
    </>
  )
}

function Crumbs() {
  const words = useRulesWords()
  return (
    <p class="crumbs">
      <a href={routes.alerts}>{words.text('alerts')}</a> / <a href={routes.rules}>{words.text('rulesLink')}</a> /
    </p>
  )
}

function Editor({ rule, changed }: { rule: RuleOnWire | undefined; changed(): void }) {
  const desk = useDesk()
  const words = useRulesWords()
  const inUse = rule ? draftOf(rule) : newDraft
  const draft = useSignal<Draft>(inUse)
  const id = useSignal(rule?.id ?? '')
  const reason = useSignal('')
  const faults = useSignal<readonly Fault[]>([])
  const notice = useSignal<{ readonly text: string; readonly failed: boolean } | undefined>(undefined)
  const busy = useSignal(false)
  const isWrong = useSignal(false)
  const mayChange = may(desk, 'rules')
  const fields = changedFields(draft.value, inUse)
  useEffect(() => {
    notice.value = undefined
  }, [draft.value, notice])
  const discard = () => {
    draft.value = inUse
    faults.value = []
  }
  const save = async () => {
    if (busy.value || isWrong.value) return
    busy.value = true
    const body = { ...draft.value, ...(reason.value.trim() === '' ? {} : { reason: reason.value.trim() }) }
    try {
      const saved = await api.call('PUT /api/v1/rules/{id}', { params: { id: id.value || 'x_' }, body })
      faults.value = []
      notice.value = { text: words.text('record' in saved ? 'savedLater' : 'saved'), failed: false }
      if (rule === undefined) go(desk, `${routes.rules}/${encodeURIComponent(id.value)}`, { replace: true })
      else changed()
    } catch (fault) {
      const problem: RuleProblem | undefined = fault instanceof ApiError ? fault.problem : undefined
      faults.value = problem?.errors ?? []
      notice.value = { text: words.text('actFailed', { why: problem?.detail ?? words.text('noAnswer') }), failed: true }
    }
    busy.value = false
  }
  const off = busy.value || isWrong.value || desk.staleSince.value !== undefined
  return (
    <>
      <header class="page-head rule-head">
        <div>
          <Crumbs />
          <h1>
            <bdi>{rule ? words.ofRule(rule.title) : words.text('newRule')}</bdi>
            {fields.length > 0 && rule && <em class="tag warn">{words.count('unsaved', fields.length)}</em>}
          </h1>
        </div>
        {mayChange ? (
          <p class="ways">
            <button type="button" disabled={fields.length === 0 || busy.value} onClick={discard}>
              {words.text('discard')}
            </button>
            <button
              type="button"
              class="main filled"
              disabled={off || (rule !== undefined && fields.length === 0)}
              onClick={() => void save()}
            >
              {words.text('save')}
            </button>
          </p>
        ) : (
          <p class="quiet">{words.text('mayNotRules')}</p>
        )}
      </header>
      <p
        class={notice.value ? `banner ${notice.value.failed ? 'bad' : 'ok'}` : 'unseen'}
        role={notice.value?.failed ? 'alert' : 'status'}
      >
        {notice.value?.text}
      </p>
      <div class="rule-parts">
        <section class="panel rule-side">
          <fieldset disabled={!mayChange} class="rule-fields">
            <RuleForm {...{ rule, inUse, draft, id, reason, faults }} />
            <RuleText draft={draft} isWrong={isWrong} />
          </fieldset>
          {rule && mayChange && (rule.is_changed || !rule.is_built_in) && <RuleRemoval rule={rule} changed={changed} />}
        </section>
        <DryRun id={rule?.id} draft={draft.value} isWrong={isWrong.value} />
      </div>
    </>
  )
}
