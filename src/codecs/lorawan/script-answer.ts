/** What goes into a vendor's script and comes out of it. Who runs it is no concern of a codec. */
import type { Json } from './json.ts'

export interface ScriptFrame {
  readonly bytes: Uint8Array
  readonly fPort: number | undefined
  /** When the network heard it, else when it arrived; milliseconds. The script knows no other time. */
  readonly recvTime: number
}

export type ScriptAnswer =
  | { readonly data: Json; readonly failed?: undefined; readonly ended?: undefined; readonly notRun?: undefined }
  /** A sentence: what the script reported, threw, or was ended for. */
  | {
      readonly data?: undefined
      readonly failed: string
      /** It took all the steps that it may take. */
      readonly ended?: boolean
      /** The machine had no thread for it, or none that went on: nothing is known of the script. */
      readonly notRun?: true
    }
