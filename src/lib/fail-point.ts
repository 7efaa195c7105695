/**
 * Named places at which a test may end the process by force, as a power button would: `BAYKEEPER_FAIL_POINTS=frame-durable=0.001` ends it
 * there once in a thousand passages. Without that variable a fail point is an empty function.
 */
import process from 'node:process'

export const failPoints = ['frame-received', 'frame-durable', 'checkpoint', 'record-seen', 'batch-committed'] as const
/** Of changes made by people: no frame passes them. */
export const deskFailPoints = ['desk-received', 'desk-durable', 'desk-copying', 'desk-copied'] as const
const allFailPoints: readonly string[] = [...failPoints, ...deskFailPoints]
export type FailPoint = (typeof failPoints)[number] | (typeof deskFailPoints)[number]

export const failPoint = armed(process.env['BAYKEEPER_FAIL_POINTS'] ?? '')

function armed(wish: string): (name: FailPoint) => void {
  if (wish === '') return () => {}
  const chances = new Map(
    wish.split(',').map((pair) => {
      const [name = '', chance = ''] = pair.split('=')
      return [name, Number(chance)] as const
    }),
  )
  for (const [name, chance] of chances)
    if (!allFailPoints.includes(name) || !(chance > 0 && chance <= 1))
      throw new Error(
        `BAYKEEPER_FAIL_POINTS: "${name}=${chance}" is not one of ${allFailPoints.join(', ')} and a chance up to 1`,
      )
  return (name) => {
    const chance = chances.get(name)
    if (chance !== undefined && Math.random() < chance) process.kill(process.pid, 'SIGKILL')
  }
}
