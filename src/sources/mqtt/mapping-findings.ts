/** What the topics of a mapping give, for `baykeeper doctor`. */
import { rulesOf, type TopicMapping } from '../../domain/topic-mapping.ts'
import { ruleAsText } from '../../domain/topic-rule.ts'
import type { Finding } from '../../lib/finding.ts'

export const mappingFindings = (where: string, mapping: TopicMapping): Finding[] =>
  rulesOf(mapping)
    .filter(({ ignore }) => !ignore)
    .map((rule) => ({ level: 'ok', what: `${where}, topic ${ruleAsText(rule)}` }))
