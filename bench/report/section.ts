/** A part of the report, and the pictures it shows by file name. */
export interface Section {
  readonly text: string
  readonly pictures: Readonly<Record<string, string>>
}
