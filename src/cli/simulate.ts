/** `baykeeper simulate`: numbered readings of simulated sensors at a steady rate, to try a source and count what is stored. */

import { createProgress, duration } from '../simulator/progress.ts'
import { openSender } from '../simulator/senders/open.ts'
import { runSteady } from '../simulator/steady.ts'
import { exitCodes, print, type Spoken } from './output.ts'
import { findTarget, interruptible, type SendingOptions } from './sending.ts'

export interface SimulateOptions extends SendingOptions, Spoken {
  readonly sensors: number
  /** Readings a second, of all sensors together. */
  readonly rate?: number
  readonly seconds: number
  readonly fleet?: boolean
  readonly check?: boolean
  readonly seed?: number
}

const rateUsual = 1_000

export async function simulateCommand(options: SimulateOptions): Promise<number> {
  if (options.fleet || options.check) return (await import('./simulate-fleet.ts')).fleetCommand(options)
  const { sensors, rate = rateUsual, seconds } = options
  using interrupt = interruptible()
  const { signal } = interrupt
  await using target = await findTarget(options, { name: 'simulate' })
  const total = Math.round(rate * seconds)
  const progress = createProgress({ stage: 'simulate', total, json: options.json })
  const began = performance.now()
  await using sender = await openSender(target.via, target.to, {
    token: target.token,
    user: target.user,
    signal,
    onTrouble: progress.say,
  })
  try {
    await runSteady({ sender, sensors, rate, seconds, signal, onProgress: progress.update })
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    progress.end()
  }
  const took = (performance.now() - began) / 1_000
  const { sent, acknowledged, retries } = sender.stats
  const data = {
    sensors,
    wanted: total,
    sent,
    acknowledged: sender.acknowledges ? acknowledged : null,
    retries,
    seconds: Math.round(took * 10) / 10,
    rate: Math.round(sent / took),
    via: target.via,
    to: target.to,
  }
  const count = (n: number) => n.toLocaleString('en')
  print(
    options,
    data,
    () => [
      `${count(sent)} of ${count(total)} readings of ${count(sensors)} sensors by ${target.via} in ${duration(took)} (${count(data.rate)}/s)`,
      `${sender.acknowledges ? `${count(acknowledged)} acknowledged` : `${target.via} does not acknowledge`}, ${count(retries)} retries`,
    ],
    {
      warnings:
        sent < total && !signal.aborted ? ['the rate was not reached: the source or this machine is slower'] : [],
    },
  )
  return signal.aborted ? exitCodes.interrupted : exitCodes.ok
}
