/** A sequence whose end is noticed: it came to its end, failed, or is not wanted any more, even where nothing of it was ever read. */
export function endedOnce<T>(source: AsyncIterable<T>, end: () => void | Promise<void>): AsyncIterableIterator<T> {
  const items = source[Symbol.asyncIterator]()
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    await end()
  }
  return {
    async next() {
      try {
        const item = await items.next()
        if (item.done) await close()
        return item
      } catch (fault) {
        await close()
        throw fault
      }
    },
    async return(value) {
      try {
        await items.return?.()
      } finally {
        await close()
      }
      return { done: true, value }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
