/** A database that a rebuild has not finished: a server that continued it would count the records in between as lost. */
import type { Store } from '../store/store.ts'
import { rebuildFence } from './rebuild-fence.ts'

/** Why a server may not continue this database, whose journal begins with record `oldest`; undefined where it may. */
export async function halfBuiltRefusal(
  store: Pick<Store, 'ledgerAt'>,
  journal: string,
  oldest: number,
): Promise<string | undefined> {
  const { position, fence } = (await store.ledgerAt(journal)).cursor
  if (fence > rebuildFence || position === 0) return undefined
  if (position + 1 >= oldest) return undefined
  return `the database was rebuilt up to record ${position} only, and the journal begins with record ${oldest}: run "baykeeper rebuild" again, it goes on from there`
}
