/** Which vendor's script has decoded a reading, by the record that it came in. */
export interface ScriptUse {
  /** First record of the range; it lasts until the next one. */
  readonly pos: number
  /** SHA-256 of the script, hex; null: none. */
  readonly hash: string | null
}

/** `uses`: of one device, by position. */
export function scriptAt(uses: readonly ScriptUse[], pos: number): string | null {
  return uses.findLast((use) => use.pos <= pos)?.hash ?? null
}
