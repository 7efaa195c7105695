/** What anybody may see of each site without signing in. A setting of an administrator, in `auth.db`, so that it holds while the database is away. */
import { type PublicLevel, publicLevels } from '@baykeeper/contract/vocabulary.ts'
import type { Clock } from '../lib/clock.ts'
import { noteEvent } from './access-events.ts'
import type { AuthDb } from './auth-db.ts'
import type { Actor } from './people.ts'

export interface PublicAccess {
  /** Of a site, or of those that have no setting of their own. */
  of(site: string): PublicLevel
  /** Of sites without a setting of their own. */
  others(): PublicLevel
  /** The setting of its own; undefined: it has none. */
  own(site: string): PublicLevel | undefined
  /** A site with null has no setting of its own from then on. */
  change(change: PublicAccessChange, by: Actor): void
  /** Called after each change. */
  listen(changed: () => void): void
  read(): void
}

export interface PublicAccessChange {
  readonly others?: PublicLevel | undefined
  readonly sites?: Readonly<Record<string, PublicLevel | null>> | undefined
}

/** No id of a site: ids have a character at least. */
const ofOthers = ''
/** The public page is what most cars come for: a server shows it until it is switched off. */
const usual: PublicLevel = 'forecast'

export function createPublicAccess({ db, change }: AuthDb, clock: Pick<Clock, 'now'>): PublicAccess {
  const listeners: (() => void)[] = []
  let levels = new Map<string, PublicLevel>()
  function read() {
    const rows = db.prepare('SELECT site, level FROM public_access ORDER BY site').all()
    // A level of a later release shows nothing.
    const next = new Map(
      rows.map((row) => [String(row['site']), publicLevels.find((one) => one === row['level']) ?? 'off']),
    )
    const isSame = JSON.stringify([...next]) === JSON.stringify([...levels])
    levels = next
    if (!isSame) for (const changed of listeners) changed()
  }
  read()
  const others = () => levels.get(ofOthers) ?? usual
  function set(site: string, level: PublicLevel | null, by: Actor) {
    const before = levels.get(site) ?? null
    if (before === level) return
    if (level === null) db.prepare('DELETE FROM public_access WHERE site = ?').run(site)
    else db.prepare('INSERT OR REPLACE INTO public_access VALUES (?, ?)').run(site, level)
    const target = site === ofOthers ? 'public access' : `public access ${site}`
    noteEvent(db, clock, by, { action: 'public-access', target, before, after: level })
  }
  return {
    of: (site) => levels.get(site) ?? others(),
    others,
    own: (site) => (site === ofOthers ? undefined : levels.get(site)),
    change(wanted, by) {
      change(() => {
        if (wanted.others !== undefined) set(ofOthers, wanted.others, by)
        for (const [site, level] of Object.entries(wanted.sites ?? {})) set(site, level, by)
      })
      read()
    },
    listen: (changed) => void listeners.push(changed),
    read,
  }
}
