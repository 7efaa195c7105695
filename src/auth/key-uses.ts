/** When each API key was used last: in memory, and written once a minute. */
import { type Instant, instant } from '../lib/brand.ts'
import type { AuthDb } from './auth-db.ts'

export interface KeyUses {
  used(hash: string, at: Instant): void
  last(hash: string): Instant | undefined
  write(): void
}

export function createKeyUses({ db, change }: AuthDb): KeyUses {
  const uses = new Map<string, Instant>()
  const insert = 'INSERT INTO key_use VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET used = excluded.used'
  return {
    used: (hash, at) => void uses.set(hash, at),
    last(hash) {
      const used = uses.get(hash) ?? db.prepare('SELECT used FROM key_use WHERE hash = ?').get(hash)?.['used']
      return used === undefined ? undefined : instant(Number(used))
    },
    write() {
      if (uses.size === 0) return
      change(() => {
        for (const [hash, used] of uses) db.prepare(insert).run(hash, used)
      })
      uses.clear()
    },
  }
}
