/** What is not certain about the readings of a device, from what is remembered of their order (processing/order/order-state.ts). */
export interface OrderDoubts {
  /** Readings stored with the mark `possible-repeat`. */
  readonly possibleRepeats: number
  /** No frame waits that may be one of the missing, and no boot was two. */
  readonly isMissingCertain: boolean
}

/** `text`: the order of the device as it is stored; undefined where there is none. */
export function doubtsIn(text: string | undefined): OrderDoubts {
  const { repeats = 0, isJoined = false, waiting = 0 } = text === undefined ? {} : (JSON.parse(text) as StoredDoubts)
  return { possibleRepeats: repeats, isMissingCertain: !isJoined && waiting === 0 }
}

interface StoredDoubts {
  readonly repeats?: number
  readonly isJoined?: boolean
  readonly waiting?: number
}
