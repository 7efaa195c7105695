/** Bytes with a view over the same memory. */
export interface Memory {
  readonly bytes: Uint8Array
  readonly view: DataView
}

export const memory = (size: number): Memory => {
  const bytes = new Uint8Array(size)
  return { bytes, view: new DataView(bytes.buffer) }
}
