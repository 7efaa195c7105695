/**
 * Rows of one shape without an object each: a kind for each value, and those that are numbers or places in a list one after the other, in memory
 * that threads share. A batch may hold a row for each of 50,000 devices: as objects they were most of the processor's memory, and a structured clone, which
 * writes the name of every field with every row, was a third of its time.
 *
 * Made once from the names of the fields, as straight-line code (see domain/measure-code.ts).
 */

/** Rows that can be gone through more than once. An array is one. */
export interface RowList<Row> extends Iterable<Row> {
  readonly length: number
}

/** Grows with the rows in it, and is written again when they are not read any more. */
export interface RowMemory {
  numbers: Float64Array
  kinds: Uint8Array
}

/** As another thread gets them: numbers and kinds are shared, the rest is cloned. */
export interface PackedRows extends Readonly<RowMemory> {
  readonly length: number
  readonly texts: readonly string[]
  /** Values of no other kind. */
  readonly others: readonly unknown[]
}

export interface PackedList<Row> extends RowList<Row> {
  readonly packed: PackedRows
}

export interface RowShape<Row> {
  /** Each row is read at once: it may be changed when the next is asked for. */
  pack(rows: Iterable<Row>, memory?: RowMemory): PackedList<Row>
  /** Rows are made as they are asked for, each time again. */
  listOf(packed: PackedRows): PackedList<Row>
}

export const isPacked = <Row>(rows: RowList<Row>): rows is PackedList<Row> => 'packed' in rows

const kinds = { number: 0, null: 1, undefined: 2, false: 3, true: 4, text: 5, other: 6 } as const
const valuesFirst = 256
const grownBy = 1.5

const sharedNumbers = (count: number) => new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT))
const sharedKinds = (count: number) => new Uint8Array(new SharedArrayBuffer(count))
export const rowMemory = (): RowMemory => ({ numbers: sharedNumbers(valuesFirst), kinds: sharedKinds(valuesFirst) })

type Write = (field: number, value: unknown) => void
type Read = () => unknown

/** `fields`: all that a row has. A row that lacks one has it as undefined afterwards. */
export function rowShape<Row extends object>(fields: readonly (keyof Row & string)[]): RowShape<Row> {
  for (const field of fields)
    if (!/^[a-z][A-Za-z0-9]*$/.test(field)) throw new Error(`${field} cannot be the name of a field`)
  const width = fields.length
  const writeRow = new Function('row', 'write', fields.map((field, i) => `write(${i}, row.${field})`).join('\n')) as (
    row: Row,
    write: Write,
  ) => void
  // The values of an object literal are read in the order of its fields.
  const readRow = new Function('read', `return { ${fields.map((field) => `${field}: read()`).join(', ')} }`) as (
    read: Read,
  ) => Row

  const listOf = (packed: PackedRows): PackedList<Row> => ({
    length: packed.length,
    packed,
    *[Symbol.iterator]() {
      const read = reader(packed)
      for (let i = 0; i < packed.length; i++) yield readRow(read)
    },
  })
  return {
    listOf,
    pack(rows, memory = rowMemory()) {
      const { reserve, write, texts, others } = writer(memory)
      let length = 0
      for (const row of rows) {
        reserve(width)
        writeRow(row, write)
        length++
      }
      return listOf({ ...memory, length, texts, others })
    },
  }
}

function writer(memory: RowMemory) {
  const texts: string[] = []
  const others: unknown[] = []
  /** By field, the place of its newest text: one source has many devices. */
  const newest: number[] = []
  let { numbers, kinds: kindAt } = memory
  let at = 0
  let nextNumber = 0
  const put = (kind: number, number: number) => {
    kindAt[at++] = kind
    numbers[nextNumber++] = number
  }
  return {
    texts,
    others,
    reserve(values: number) {
      if (at + values > kindAt.length) {
        kindAt = sharedKinds(Math.ceil(kindAt.length * grownBy) + values)
        kindAt.set(memory.kinds)
        memory.kinds = kindAt
      }
      if (nextNumber + values > numbers.length) {
        numbers = sharedNumbers(Math.ceil(numbers.length * grownBy) + values)
        numbers.set(memory.numbers)
        memory.numbers = numbers
      }
    },
    write: ((field, value) => {
      if (typeof value === 'number') put(kinds.number, value)
      else if (value === null) kindAt[at++] = kinds.null
      else if (value === undefined) kindAt[at++] = kinds.undefined
      else if (typeof value === 'boolean') kindAt[at++] = value ? kinds.true : kinds.false
      else if (typeof value === 'string') {
        const before = newest[field] ?? -1
        if (texts[before] !== value) newest[field] = texts.push(value) - 1
        put(kinds.text, newest[field] as number)
      } else put(kinds.other, others.push(value) - 1)
    }) satisfies Write,
  }
}

function reader({ texts, others, numbers, kinds: kindAt }: PackedRows): Read {
  let at = 0
  let nextNumber = 0
  return () => {
    const kind = kindAt[at++]
    if (kind === kinds.number) return numbers[nextNumber++]
    if (kind === kinds.null) return null
    if (kind === kinds.undefined) return undefined
    if (kind === kinds.text) return texts[numbers[nextNumber++] as number]
    if (kind === kinds.other) return others[numbers[nextNumber++] as number]
    return kind === kinds.true
  }
}
