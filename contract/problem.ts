/** Errors of the API: problem details (RFC 9457), media type application/problem+json. */
import * as z from 'zod'

export const problemSchema = z.object({
  type: z.string().describe('URI reference of the problem type; about:blank where the status is enough'),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional().describe('what, where and what to do'),
  code: z.string().optional().describe('stable code, e.g. E_BAD_CURSOR'),
  errors: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .optional()
    .describe('places of the input that are not valid, the first 20'),
  reasons: z.array(z.string()).optional().describe('why the server is not ready'),
})
export type Problem = z.infer<typeof problemSchema>
