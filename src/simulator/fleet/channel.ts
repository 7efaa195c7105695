/**
 * A channel carries records to the server by one protocol, in order, and resolves when the server has them: acknowledged where the protocol can,
 * handed over where it cannot.
 */
import type { FleetRecord } from './member-records.ts'

export interface Channel extends AsyncDisposable {
  send(records: readonly FleetRecord[]): Promise<void>
  /** Sends one frame that no device made; resolves to how many frames the server took. */
  noise(text: string): Promise<number>
}

export interface ChannelOptions {
  readonly token?: string | undefined
  readonly user?: string | undefined
  readonly signal: AbortSignal
  readonly onTrouble: (message: string) => void
  /** These went out twice, or it is not known whether they did: an answer was lost. */
  readonly onResent: (records: readonly FleetRecord[]) => void
}
