/** What outputs read of signs. */
import type { ShownSign } from '../domain/sign-shown.ts'

export interface SignPort {
  /** As they are shown at this moment; in the order of their ids. */
  all(): readonly ShownSign[]
  /** False until signs have been read for the first time: that there are none is not known. */
  isLoaded(): boolean
  find(id: string): ShownSign | undefined
  /** Age of the newest message or heartbeat that is processed, milliseconds; undefined: not known. */
  processingAge(): number | undefined
}
