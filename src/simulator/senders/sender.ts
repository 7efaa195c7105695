/**
 * A sender carries readings to a server by a real protocol, in order. `send` resolves when the server has taken the whole batch:
 * acknowledged by HTTP and MQTT; handed to the line by TCP and serial, which have no acknowledgement. It retries until
 * then, and rejects only when the signal aborts or a human is needed (wrong token, no such path).
 */
import type { WireReading } from '../wire-reading.ts'

export interface SenderStats {
  /** Readings handed over, each counted once. */
  sent: number
  /** Readings the server has acknowledged; stays 0 where the protocol cannot say. */
  acknowledged: number
  /** Batches or connections that had to be tried again. */
  retries: number
}

export interface Sender extends AsyncDisposable {
  readonly stats: Readonly<SenderStats>
  /** True when the protocol acknowledges. */
  readonly acknowledges: boolean
  /** Readings in one `send` that suit the protocol. */
  readonly batchMax: number
  send(readings: readonly WireReading[]): Promise<void>
}

export interface SenderOptions {
  readonly token?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Called once per streak of failures, with a message for people. */
  readonly onTrouble?: ((message: string) => void) | undefined
}

/** Nothing a retry can mend. */
export class SendRefused extends Error {
  readonly code = 'E_SEND_REFUSED'
}
