/**
 * Names of channels and places in a rule that do not exist: the rule would send no message, or never raise. Those that the rule had before may
 * stay, so that a rule whose site is gone can still be changed and switched off.
 */
import type { AlertRule } from '../domain/alerts/rule.ts'
import type { RouteContext } from './context.ts'
import { ProblemError } from './problem.ts'

/** So many names are listed in the message. */
const shownMax = 20
const placeLists = ['sites', 'levels', 'zones'] as const

/** Throws a problem that names what does not exist, and what does. */
export async function checkNames(
  rule: AlertRule,
  before: AlertRule | undefined,
  { notifier, live }: Pick<RouteContext, 'notifier' | 'live'>,
): Promise<void> {
  const report = notifier?.report()
  // A notifier that does not report may have the channel.
  if (report?.state !== 'absent')
    check('channels', rule.channels, before?.channels, {
      what: 'channel',
      where: 'configured',
      known: report?.items.map(({ name }) => name) ?? [],
    })
  if (placeLists.every((list) => rule.scope[list].length === 0)) return
  // In memory: a layout of 50,000 bays takes the database a quarter of a second.
  await live.current()
  const all = live.floor.levels
  const levels = all
    .filter(({ site }) => rule.scope.sites.length === 0 || rule.scope.sites.includes(site.id))
    .map(({ level }) => level)
  const places = {
    sites: ['site', 'in the layout', all.map(({ site }) => site.id)],
    levels: ['level', 'in these sites of the layout', levels.map(({ id }) => id)],
    zones: ['zone', 'in these sites of the layout', levels.flatMap(({ zones }) => zones.map(({ id }) => id))],
  } as const
  for (const list of placeLists) {
    const [what, where, known] = places[list]
    check(`scope.${list}`, rule.scope[list], before?.scope[list], { what, where, known })
  }
}

interface Existing {
  readonly what: string
  readonly where: string
  readonly known: readonly string[]
}

function check(
  path: string,
  names: readonly string[],
  before: readonly string[] | undefined,
  { what, where, known }: Existing,
) {
  const missing = names.find((name) => !known.includes(name) && !before?.includes(name))
  if (missing === undefined) return
  const all = [...new Set(known)].sort()
  const shown = all.slice(0, shownMax).join(', ')
  const existing =
    all.length === 0 ? 'there is none' : `there are ${shown}${all.length > shownMax ? ' and others' : ''}`
  const message = `no ${what} ${missing} is ${where}: ${existing}`
  throw new ProblemError(400, `body ${path}: ${message}. Nothing was changed.`, {
    code: 'E_INVALID',
    errors: [{ path, message }],
  })
}
