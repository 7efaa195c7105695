/** What the editor keeps in this browser: the draft, and pictures behind levels. Nothing of it is sent. */

const name = 'baykeeper-editor'
const table = 'kept'

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(table)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const db = await open()
  try {
    return await new Promise((resolve, reject) => {
      const asked = work(db.transaction(table, mode).objectStore(table))
      asked.onsuccess = () => resolve(asked.result as T)
      asked.onerror = () => reject(asked.error)
    })
  } finally {
    db.close()
  }
}

/** Undefined where nothing is kept, and in a browser that keeps nothing. */
export async function readKept<T>(key: string): Promise<T | undefined> {
  try {
    return await run<T | undefined>('readonly', (store) => store.get(key))
  } catch {
    // A private window may have no storage: the editor works without a kept draft.
    return undefined
  }
}

/** False where the browser could not keep it. */
export async function keep(key: string, value: unknown): Promise<boolean> {
  try {
    await run<unknown>('readwrite', (store) => (value === undefined ? store.delete(key) : store.put(value, key)))
    return true
  } catch {
    return false
  }
}
