/** Rules that raise alerts. */
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type RuleOnWire, rulesMax } from '@baykeeper/contract/alert-rule.ts'
import type { alertRuleRoutes } from '@baykeeper/contract/routes/alert-rules.ts'
import type { RuleInUse } from '../../domain/alerts/alert-engine.ts'
import { ruleFrom } from '../../domain/alerts/alert-rows.ts'
import { type AlertRule, ownRuleFault } from '../../domain/alerts/rule.ts'
import { builtInRuleFault } from '../../domain/alerts/rule-scope.ts'
import { own } from '../../domain/alerts/rules/own.ts'
import { person } from '../../domain/alerts/rules/person.ts'
import { declarationOf, rulesOf } from '../../domain/alerts/rules-in-use.ts'
import { encodeDeskEntry } from '../../domain/desk-change.ts'
import type { AlertRuleRow } from '../../store/store.ts'
import { ruleFromWire, ruleOnWire } from '../alert-wire.ts'
import type { RouteContext } from '../context.ts'
import { committed, publishRecord } from '../desk-publishing.ts'
import type { Handlers } from '../endpoint.ts'
import { etagOf, namesWritten } from '../etag.ts'
import { ProblemError } from '../problem.ts'
import { dryRun } from '../rule-dry-run.ts'
import { checkNames } from '../rule-names.ts'

interface KnownRules {
  readonly rows: readonly AlertRuleRow[]
  readonly rules: ReadonlyMap<string, RuleInUse>
}

export function alertRuleHandlers(context: RouteContext): Handlers<typeof alertRuleRoutes> {
  const { store } = context
  const known = () => knownRules(store)

  const shown = (id: string) => shownRule(store, id)
  const tagOf = async (id: string) => ((await known()).rules.has(id) ? ruleTag(await shown(id)) : undefined)

  return {
    async rules() {
      const { rows, rules } = await known()
      const open = await store.openByRule()
      const row = new Map(rows.map((one) => [one.id, one]))
      return { items: [...rules].map(([id, used]) => ruleOnWire(used, row.get(id), open.get(id) ?? 0)), next: null }
    },
    async rule({ params: { id }, reply }) {
      const rule = await shown(id)
      reply.header('etag', ruleTag(rule))
      return rule
    },
    async putRule({ params: { id }, body, principal, request, reply }) {
      const rule = checkedRule(ruleFromWire(id, body))
      const { rows, rules } = await known()
      await refuseStale(id, request.headers['if-match'], tagOf)
      await checkNames(rule, rules.get(id)?.rule, context)
      const stored = rows.filter((row) => row.body !== null && row.id !== id)
      if (stored.length >= rulesMax) throw tooMany()
      const { number, isCommitted } = await change(
        context,
        id,
        rule,
        principal?.name ?? 'unknown',
        body.reason?.trimEnd() ?? '',
      )
      if (!isCommitted) return reply.code(202).send({ id, record: number })
      return shown(id)
    },
    async deleteRule({ params: { id }, query: { reason = '' }, principal, request, reply }) {
      const { rows } = await known()
      if (!rows.some((row) => row.id === id && row.body !== null)) throw missing(id)
      await refuseStale(id, request.headers['if-match'], tagOf)
      const { number, isCommitted } = await change(context, id, null, principal?.name ?? 'unknown', reason.trimEnd())
      if (!isCommitted) return reply.code(202).send({ id, record: number })
      return reply.code(204).send()
    },
    async dryRunRule({ body: { id, days, rule: body } }) {
      const draft = checkedRule(ruleFromWire(id ?? 'draft', body))
      const { rules } = await known()
      const present = id === undefined ? undefined : rules.get(id)
      const declared = declarationOf(draft.kind)
      if (!declared) throw missing(draft.kind)
      await checkNames(draft, present?.rule, context)
      return dryRun(context, { days, draft: { rule: draft, declared }, present })
    },
  }
}

/** Of the rule as it was written: its open alerts change without a request. */
const ruleTag = (rule: RuleOnWire): string => etagOf(JSON.stringify({ ...rule, open: 0 }))

/** `tagOf`: of the rule as it is; undefined: there is none. */
async function refuseStale(
  id: string,
  header: string | undefined,
  tagOf: (id: string) => Promise<string | undefined>,
): Promise<void> {
  if (header === undefined || namesWritten(header, await tagOf(id))) return
  throw new ProblemError(
    412,
    `header If-Match: the rule ${id} is not, or no longer, the one that ${header.slice(0, 40)} names: nothing was changed. Read GET /api/v1/rules/${id}, make the change in that, and write it with its ETag.`,
    { code: 'E_RULE_CHANGED' },
  )
}

async function shownRule(store: RouteContext['store'], id: string): Promise<RuleOnWire> {
  const { rows, rules } = await knownRules(store)
  const used = rules.get(id)
  if (!used) throw missing(id)
  const open = await store.openByRule()
  return ruleOnWire(
    used,
    rows.find((row) => row.id === id),
    open.get(id) ?? 0,
  )
}

async function knownRules(store: RouteContext['store']): Promise<KnownRules> {
  const rows = await store.alertRules()
  const stored = new Map<string, AlertRule>()
  for (const row of rows) {
    const rule = ruleFrom(row)
    if (rule) stored.set(row.id, rule)
  }
  return { rows, rules: new Map([...rulesOf(stored)].filter(([id]) => id !== person.kind)) }
}

/** Publishes the rule, and waits a while until it is in use. */
async function change(
  { clock, log, publisher, store }: RouteContext,
  id: string,
  rule: AlertRule | null,
  author: string,
  reason: string,
) {
  const request = randomUUID()
  const record = encodeDeskEntry({ author, reason, at: clock.now(), change: { is: 'rule', request, id, rule } })
  const { record: number } = await publishRecord(publisher, record, {
    what: 'the rule',
    where: `GET /api/v1/rules/${id}`,
  })
  const row = await committed(() => store.alertRequest(request), clock)
  log.info('an alert rule was changed', { rule: id, isRemoved: rule === null, by: author, record: number })
  return { number, isCommitted: row !== undefined }
}

const missing = (id: string) =>
  new ProblemError(404, `there is no rule ${id} that a person has written: GET /api/v1/rules lists all rules`)

const tooMany = () =>
  new ProblemError(409, `there are ${rulesMax} rules, as many as there can be: remove one. Nothing was changed.`, {
    code: 'E_TOO_MANY_RULES',
  })

/** What a kind watches is given: a rule as it was read names it too, and is stored without it. Throws a problem that names what is wrong. */
function checkedRule(written: AlertRule): AlertRule {
  const declared = declarationOf(written.kind)
  const isGiven = declared?.watch !== undefined && isDeepStrictEqual(written.watch, { ...declared.watch })
  const rule = isGiven && written.kind !== own.kind ? { ...written, watch: null } : written
  const fault = faultOf(rule, declared !== undefined)
  if (!fault) return rule
  throw new ProblemError(400, `body ${fault.path}: ${fault.message}`, { code: 'E_INVALID', errors: [fault] })
}

function faultOf(rule: AlertRule, isKnown: boolean) {
  const { id, kind } = rule
  if (!isKnown || kind === person.kind || id === person.kind)
    return { path: 'kind', message: `there is no kind ${kind}: it is own, or one of GET /api/v1/rules` }
  if (kind !== own.kind && id !== kind)
    return {
      path: 'kind',
      message: `a rule of kind ${kind} has the id ${kind}: it takes the place of the built-in one`,
    }
  if (kind === own.kind && declarationOf(id))
    return { path: 'kind', message: `${id} is a built-in rule: its kind is ${id}, not own` }
  if (kind !== own.kind && rule.watch !== null)
    return {
      path: 'watch',
      message: `what a rule of kind ${kind} watches is given: leave it out, or as GET /api/v1/rules/${kind} has it`,
    }
  const declared = declarationOf(kind)
  return kind === own.kind || !declared ? ownRuleFault(rule) : builtInRuleFault(declared, rule)
}
