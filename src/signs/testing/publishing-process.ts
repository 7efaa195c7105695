/** A process that publishes one sign until it is killed: arguments are the settings as JSON and what the sign shows. */

import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { type MqttSettings, publishSigns } from '../mqtt-publisher.ts'
import { numberShown, signsUnderTest } from './signs-under-test.ts'

const [settings = '{}', value = '0'] = process.argv.slice(2)
const signs = signsUnderTest()
signs.set('main', numberShown(Number(value)))
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
await publishSigns(
  { settings: JSON.parse(settings) as MqttSettings, signs, clock: systemClock, log: silentLog },
  stop.signal,
)
