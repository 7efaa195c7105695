/** What the fold remembers under names, and what of it is to be written. */
import type { AlertMemoryRow } from './alert-rows.ts'

export interface AlertMemory {
  remember(name: string, value: unknown): void
  recall(name: string): unknown
  forget(name: string): void
  /** What is remembered under names that begin so. */
  remembered(prefix: string): unknown[]
}

interface MemoryRows {
  /** Rows by their ids, those of slots too. */
  write(id: string, body: string): void
  remove(id: string): void
  readonly isChanged: boolean
  take(): { readonly memory: AlertMemoryRow[]; readonly memoryGone: { readonly id: string }[] }
}

const prefixOfNames = 'of '
/** Of a row that is remembered under a name; others are slots. */
export const isNamed = ({ id }: AlertMemoryRow): boolean => id.startsWith(prefixOfNames)

export function createMemory(stored: readonly AlertMemoryRow[]): AlertMemory & { readonly rows: MemoryRows } {
  const bodies = new Map(stored.filter(isNamed).map(({ id, body }) => [id, body]))
  const rows = createMemoryRows(stored)
  return {
    rows,
    remember(name, value) {
      const id = `${prefixOfNames}${name}`
      const body = JSON.stringify(value)
      if (bodies.get(id) === body) return
      bodies.set(id, body)
      rows.write(id, body)
    },
    recall(name) {
      const body = bodies.get(`${prefixOfNames}${name}`)
      return body === undefined ? undefined : JSON.parse(body)
    },
    forget(name) {
      if (bodies.delete(`${prefixOfNames}${name}`)) rows.remove(`${prefixOfNames}${name}`)
    },
    remembered: (prefix) =>
      [...bodies].flatMap(([id, body]) => (id.startsWith(`${prefixOfNames}${prefix}`) ? [JSON.parse(body)] : [])),
  }
}

function createMemoryRows(stored: readonly AlertMemoryRow[]): MemoryRows {
  let memory = new Map<string, AlertMemoryRow>()
  let memoryGone = new Set<string>()
  /** Those with a row in the store, or one that is to be written. */
  const isStored = new Set(stored.map(({ id }) => id))
  return {
    write(id, body) {
      memory.set(id, { id, body })
      memoryGone.delete(id)
      isStored.add(id)
    },
    remove(id) {
      memory.delete(id)
      if (isStored.delete(id)) memoryGone.add(id)
    },
    get isChanged() {
      return memory.size + memoryGone.size > 0
    },
    take() {
      const taken = { memory: [...memory.values()], memoryGone: [...memoryGone].map((id) => ({ id })) }
      ;[memory, memoryGone] = [new Map(), new Set()]
      return taken
    },
  }
}
