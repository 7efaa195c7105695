/** What the object of one model means, as data. Keys are plain (words.ts); a key the table does not name goes through the generic rules. */
export interface MappingTable {
  /** Name by which it is chosen. */
  readonly name: string
  /** Names of the vendor and of its models in identifiers, plain. Empty: it is only chosen by name or by its shape. */
  readonly vendors: readonly string[]
  readonly models: readonly string[]
  /** An object that has all these keys, with one of these values where some are named, was made by this model's own formatter. */
  readonly shape?: Readonly<Record<string, readonly unknown[]>>
  /** Presence by value; a value that is not named is unknown. */
  readonly presence?: { readonly key: string; readonly values: Readonly<Record<string, boolean | null>> }
  /** Key of the distance and millimetres in one of it. */
  readonly distance?: { readonly key: string; readonly mm: number }
  readonly countIn?: string
  readonly countOut?: string
  /** Keys that mean something else than the generic rules would read. */
  readonly ignore?: readonly string[]
}
