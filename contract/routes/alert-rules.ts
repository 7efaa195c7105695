/** Rules that raise alerts. */
import * as z from 'zod'
import {
  dryRunResultSchema,
  dryRunSchema,
  newRuleSchema,
  ruleAcceptedSchema,
  ruleIdSchema,
  ruleSchema,
} from '../alert-rule.ts'
import { pageOf } from '../page.ts'
import { route } from '../route.ts'
import { shownText } from '../shown-text.ts'

const ruleParams = z.strictObject({ id: ruleIdSchema })
const inEffect = { status: 200, description: 'In effect', schema: ['AlertRule', ruleSchema] } as const
const accepted = {
  status: 202,
  description: 'Safe in the journal, not in effect in the database yet',
  schema: ['RuleAccepted', ruleAcceptedSchema],
} as const

export const alertRuleRoutes = {
  rules: route({
    method: 'GET',
    path: '/api/v1/rules',
    access: 'read',
    sites: 'none',
    tag: 'Alert rules',
    summary: 'All rules that raise alerts, built-in ones with their defaults',
    answers: [{ status: 200, description: 'All rules', schema: ['AlertRulePage', pageOf(ruleSchema)] }],
  }),
  rule: route({
    method: 'GET',
    path: '/api/v1/rules/{id}',
    access: 'read',
    sites: 'none',
    tag: 'Alert rules',
    summary: 'One rule',
    params: ruleParams,
    problems: [404],
    answers: [{ status: 200, description: 'The rule', schema: ['AlertRule', ruleSchema] }],
  }),
  putRule: route({
    method: 'PUT',
    path: '/api/v1/rules/{id}',
    access: 'rules',
    tag: 'Alert rules',
    summary: 'Write a rule, or change a built-in one',
    description:
      'It is a record of the journal: every reading that is accepted after the answer is judged by it. At most 500 rules are stored. Where processing has not committed it within 5 s the answer is 202.',
    params: ruleParams,
    body: newRuleSchema,
    bodyName: 'NewAlertRule',
    problems: [404, 409, 412, 503],
    answers: [inEffect, accepted],
  }),
  deleteRule: route({
    method: 'DELETE',
    path: '/api/v1/rules/{id}',
    access: 'rules',
    tag: 'Alert rules',
    summary: 'Remove a rule, or bring back the defaults of a built-in one',
    description: 'Alerts of a rule that is removed are cleared.',
    params: ruleParams,
    query: z.strictObject({ reason: shownText(500).optional() }),
    problems: [404, 412, 503],
    answers: [{ status: 204, description: 'Removed' }, accepted],
  }),
  dryRunRule: route({
    method: 'POST',
    path: '/api/v1/rules/dry-run',
    journals: false,
    access: 'operate',
    tag: 'Alert rules',
    summary: 'What a rule would have raised on the last days',
    description:
      'Evaluated on stored history, compared with the rule of the id as it is in use. Nothing is raised or sent. What cannot be evaluated on what is stored is named in `notes`.',
    body: dryRunSchema,
    bodyName: 'RuleDryRun',
    problems: [404, 409, 503],
    answers: [
      { status: 200, description: 'How often, where, and how long', schema: ['DryRunResult', dryRunResultSchema] },
    ],
  }),
}
