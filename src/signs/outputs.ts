/** The outputs of signs that are configured, until they are aborted. */
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { ModbusSettings } from './modbus-server.ts'
import type { MqttSettings } from './mqtt-publisher.ts'
import type { SignPort } from './sign-port.ts'

export interface SignOutputs {
  readonly mqtt?: MqttSettings | undefined
  readonly modbus?: ModbusSettings | undefined
}

export interface OutputDeps {
  readonly signs: SignPort
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly log: Log
  mayConnect(address: string | undefined): boolean
}

/** Each is loaded where it is configured. */
export async function runSignOutputs(
  { mqtt, modbus }: SignOutputs,
  deps: OutputDeps,
  signal: AbortSignal,
): Promise<void> {
  const { signs, clock, log, mayConnect } = deps
  await Promise.all([
    mqtt &&
      import('./mqtt-publisher.ts').then((one) => one.publishSigns({ settings: mqtt, signs, clock, log }, signal)),
    modbus &&
      import('./modbus-server.ts').then((one) => one.serveModbus({ settings: modbus, signs, log, mayConnect }, signal)),
  ])
}
