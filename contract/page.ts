/** Lists answer one page at a time. */
import * as z from 'zod'

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().describe('cursor of the next page; null on the last one'),
  })
