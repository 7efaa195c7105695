/**
 * Seeded histories. Fair ones can be decided from their frames: a server must get them right. Unfair ones cannot: a server must not be sure of
 * what is wrong.
 */
import { createRandom, type Random } from '../random.ts'
import { chance, type Life, lifeOf, pick } from './boards.ts'
import { type History, type Kind, kinds, type Transport } from './history.ts'
import { deliver, planOf, type Step } from './lines.ts'
import { numbersOnly } from './truth.ts'

const transports: Record<Kind, readonly Transport[]> = {
  session: ['lorawan'],
  'clock-number': ['http', 'mqtt', 'tcp', 'serial'],
  clock: ['http', 'mqtt', 'tcp', 'serial'],
  boot: ['http', 'mqtt', 'tcp', 'serial'],
  number: ['serial', 'http', 'mqtt', 'tcp'],
  neither: ['http', 'mqtt', 'tcp', 'serial'],
}

/** `kind` and `via` are drawn where they are not given. */
export function historyOf(seed: number, kind?: Kind, via?: Transport): History {
  const random = createRandom(seed)
  const drawn = pick(random, kinds)
  const life = lifeOf(random, kind ?? drawn)
  const drawnTransport = pick(random, transports[life.kind])
  const transport = via ?? drawnTransport
  const traits: string[] = []
  const bare = { seed, transport, fair: true, ...life }
  const steps = planOf(random, life, transport, numbersOnly({ ...bare, deliveries: [] }), traits)
  const deliveries = deliver(random, life, transport, steps)
  return { ...bare, traits: [...life.traits, ...traits], deliveries }
}

/** Numbers only; what was sent in the boot before is sent again after the restart, or all of it comes newest first. */
export function unfairHistoryOf(seed: number): History {
  const random = createRandom(seed)
  let life = lifeOf(random, 'number')
  while (life.width || runsOf(life) !== 2) life = lifeOf(random, 'number')
  const transport: Transport = 'serial'
  const order = life.readings.map((_, i): Step => ({ reading: i }))
  const traits: string[] = []
  const steps = unfairly(random, life, order, traits)
  const deliveries = deliver(random, life, transport, steps)
  return { seed, transport, ...life, fair: false, traits: [...life.traits, ...traits], deliveries }
}

const runsOf = ({ readings }: Life) => new Set(readings.map(({ run }) => run)).size

function unfairly(random: Random, { readings }: Life, order: readonly Step[], traits: string[]): Step[] {
  if (chance(random, 0.4)) {
    traits.push('newest first')
    return order.toReversed()
  }
  traits.push('everything again')
  const from = Math.floor(random() * (order.length / 2))
  const again = order.slice(from, from + 1 + Math.floor(random() * (order.length - from)))
  // A frame that continues exactly at the number of the new boot is taken for its next frame: they cannot be distinguished.
  const next = (readings.at(-1)?.number ?? 0) + 1
  return [...order, ...again.filter(({ reading }) => readings[reading]?.number !== next)]
}
