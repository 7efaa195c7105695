/** A bug to plant on purpose: a change of one place, and the test that must notice it. */
export interface PlantedBug {
  /** What the product does wrong with it, as the end of the sentence "it ...". */
  readonly what: string
  /** Relative to the repository root. */
  readonly file: string
  /** Occurs in the file exactly once. */
  readonly from: string
  readonly to: string
  /** Arguments to node, run from the root of the planted copy; it must exit other than 0. */
  readonly judge: readonly string[]
}
