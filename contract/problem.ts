/** Errors of the API: problem details (RFC 9457), media type application/problem+json. */
import * as z from 'zod'

export const problemSchema = z.object({
  type: z.string().describe('URI reference of the problem type; about:blank when the status says it all'),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional().describe('what, where and what to do'),
  code: z.string().optional().describe('stable code, e.g. E_BAD_CURSOR'),
})
export type Problem = z.infer<typeof problemSchema>
