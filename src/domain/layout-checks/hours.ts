/** Hours and stay rules that cannot be meant as they are written. */
import type { Bay, Hours, Layout, Site, SiteStayRule, StayRule } from '../layout.ts'
import type { FindingList, LayoutPath } from './finding.ts'

export function checkHours({ sites }: Layout, list: FindingList): void {
  for (const [s, site] of sites.entries()) {
    const at = ['sites', s]
    const what = `site ${site.id}`
    checkTimes(site.open, what, [site.id], [...at, 'open'], list)
    for (const [r, rule] of (site.stayRules ?? []).entries())
      checkRule(rule, `stay rule ${r + 1} of ${what}`, [site.id], [...at, 'stayRules', r], list)
    for (const [l, level] of site.levels.entries())
      for (const [b, { id, rule }] of level.bays.entries())
        if (rule) checkRule(rule, `the rule of bay ${id}`, [id], [...at, 'levels', l, 'bays', b, 'rule'], list)
    checkUse(site, at, list)
  }
}

function checkRule(rule: StayRule, what: string, ids: readonly string[], at: LayoutPath, list: FindingList): void {
  checkTimes(rule.hours, what, ids, [...at, 'hours'], list)
  if (!(Number.isSafeInteger(rule.maxStayMin) && rule.maxStayMin > 0))
    list.add('bad-hours', at, ids, `${what} allows a stay of ${rule.maxStayMin} minutes: give whole minutes above 0`)
}

function checkTimes(
  hours: readonly Hours[] | undefined,
  what: string,
  ids: readonly string[],
  at: LayoutPath,
  list: FindingList,
): void {
  for (const [h, { days, from, to }] of (hours ?? []).entries()) {
    const path = [...at, h]
    const span = `${what} has hours from ${from} to ${to}`
    if (from === to)
      list.add(
        'bad-hours',
        path,
        ids,
        `${span}, which may mean no time or a whole day: for the whole day write 00:00 to 24:00`,
      )
    else if (from === '24:00')
      list.add('bad-hours', path, ids, `${span}: 24:00 is the end of a day, so begin the next day at 00:00`)
    const twice = days.find((day, i) => days.indexOf(day) !== i)
    if (twice !== undefined)
      list.add('bad-hours', [...path, 'days'], ids, `${span} on ${twice} twice: name each day once`)
    if (days.length === 0)
      list.add('bad-hours', [...path, 'days'], ids, `${span} on no day: name the days, or take the hours away`)
  }
}

/** Rules behind one that fits the same bays, at any hours, and for types that no bay has. */
function checkUse(site: Site, at: LayoutPath, list: FindingList): void {
  const rules = site.stayRules ?? []
  if (rules.length === 0) return
  const bays = site.levels.flatMap((level) => level.bays).filter((bay) => bay.rule === undefined)
  const left = new Set<Bay>(bays)
  for (const [r, rule] of rules.entries()) {
    const fitting = [...left].filter((bay) => fits(rule, bay))
    for (const bay of fitting) left.delete(bay)
    if (fitting.length === 0)
      list.add(
        'unused-rule',
        [...at, 'stayRules', r],
        [site.id],
        `stay rule ${r + 1} of site ${site.id} applies to no bay: no bay has its types, or a rule before it fits first; move it up, or take it away`,
      )
  }
}

const fits = ({ types }: SiteStayRule, bay: Bay) =>
  types === undefined || types.some((type) => bay.types.includes(type))
