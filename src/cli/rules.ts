/** `baykeeper rules list|show|check|apply|export` and `baykeeper alerts list`: rules that raise alerts, and the alerts of a server. */

import type { RuleOnWire } from '@baykeeper/contract/alert-rule.ts'
import { ApiError } from '@baykeeper/contract/client.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import type { AlertGroup, AlertSeverity } from '@baykeeper/contract/vocabulary.ts'
import { type ApiOptions, failureOf, openApi } from './api-target.ts'
import { counted } from './counted.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'
import { readRules, writeRules } from './rule-file.ts'

type Options = ApiOptions & Spoken

async function rulesOf(options: Options): Promise<readonly RuleOnWire[]> {
  await using target = await openApi(options)
  try {
    return (await target.client.call(routes.rules)).items
  } catch (fault) {
    throw failureOf(fault, target.web)
  }
}

export async function rulesList(options: Options): Promise<number> {
  const items = await rulesOf(options)
  const mark = (rule: RuleOnWire) => (rule.enabled ? (rule.is_changed ? '*' : ' ') : '-')
  print(options, { items: [...items] }, () => [
    ...items.map(
      (rule) =>
        `${mark(rule)} ${rule.id.padEnd(22)} ${rule.severity.padEnd(9)} ${String(rule.open).padStart(5)} open  ${rule.title}`,
    ),
    '* changed by a person, - switched off',
  ])
  return exitCodes.ok
}

export async function rulesShow(id: string, options: Options): Promise<number> {
  const rule = (await rulesOf(options)).find((one) => one.id === id)
  if (!rule) throw new CommandFailed(exitCodes.failed, `there is no rule ${id}: "baykeeper rules list" shows all`)
  print(options, rule, () => [`# ${rule.about}`, writeRules({ [id]: written(rule) }).trimEnd()])
  return exitCodes.ok
}

export async function rulesExport(options: Options): Promise<number> {
  const items = (await rulesOf(options)).filter(({ is_changed }) => is_changed)
  const rules = Object.fromEntries(items.map((rule) => [rule.id, written(rule)]))
  print(options, { rules: items }, () => [writeRules(rules).trimEnd()])
  return exitCodes.ok
}

/** What of a rule is written in a file: what a person may change. */
function written({
  kind,
  enabled,
  severity,
  title,
  next,
  channels,
  scope,
  schedule,
  on_delay_s,
  off_delay_s,
  threshold,
  clear_at,
  watch,
}: RuleOnWire) {
  const isOwn = kind === 'own'
  return {
    kind,
    enabled,
    severity,
    title,
    next,
    channels,
    scope,
    schedule,
    on_delay_s,
    off_delay_s,
    threshold,
    clear_at,
    ...(isOwn ? { watch } : {}),
  }
}

export async function rulesCheck(file: string, options: Spoken): Promise<number> {
  const { rules } = readRules(file)
  const count = Object.keys(rules).length
  print(options, { rules: count }, () => [`${file}: ${counted(count, 'rule')}, no fault`])
  return exitCodes.ok
}

export async function rulesApply(file: string, options: Options): Promise<number> {
  const { rules } = readRules(file)
  await using target = await openApi(options)
  const applied: string[] = []
  for (const [id, body] of Object.entries(rules)) {
    try {
      await target.client.call(routes.putRule, {
        params: { id },
        body: { reason: `Applied from ${file}`.slice(0, 200), ...body },
      })
      applied.push(id)
    } catch (fault) {
      const before =
        applied.length > 0 ? ` Written before it: ${applied.join(', ')}.` : ' Nothing was written before it.'
      if (fault instanceof ApiError)
        throw new CommandFailed(exitCodes.failed, `rule ${id}: ${fault.problem.detail ?? fault.message}.${before}`, {
          cause: fault,
        })
      throw failureOf(fault, target.web)
    }
  }
  print(options, { applied }, () => [`${counted(applied.length, 'rule')} written: ${applied.join(', ')}`])
  return exitCodes.ok
}

export interface AlertListOptions extends Options {
  readonly group?: AlertGroup | 'open' | 'all'
  readonly severity?: AlertSeverity
  readonly site?: string
  readonly limit?: number
}

export async function alertsList(options: AlertListOptions): Promise<number> {
  const { group = 'needs-action', severity, site, limit = 100 } = options
  await using target = await openApi(options)
  try {
    const query = { group, limit, ...(severity ? { severity } : {}), ...(site ? { site } : {}) }
    const { items, next } = await target.client.call(routes.alerts, { query })
    print(
      options,
      { items, next },
      () =>
        items.length === 0
          ? ['no alerts']
          : items.map(
              ({ severity, state, raised, title, text }) =>
                `${severity.padEnd(9)} ${state.padEnd(15)} ${raised}  ${title}: ${text}`,
            ),
      { warnings: next ? [`more than ${limit}: raise --limit`] : [] },
    )
  } catch (fault) {
    throw failureOf(fault, target.web)
  }
  return exitCodes.ok
}
