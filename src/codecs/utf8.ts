/** Frames are text in UTF-8. A byte order mark at the front is dropped; bytes that are no UTF-8 are `undefined`. */
const decoder = new TextDecoder('utf-8', { fatal: true })

export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    // Bytes that are no UTF-8: the caller rejects the frame with its reason.
    return undefined
  }
}
