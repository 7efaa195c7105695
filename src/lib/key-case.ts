/** Keys of objects within objects and lists: `maxStayMin` in the program is `max_stay_min` on the wire. For shapes whose keys are all declared. */

export const snakeKeys = (value: unknown): unknown =>
  renamed(value, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))

/** Fields that are undefined are left out. */
export const camelKeys = (value: unknown): unknown =>
  renamed(value, (key) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))

function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(fields.map(([key, field]) => [rename(key), renamed(field, rename)]))
}
