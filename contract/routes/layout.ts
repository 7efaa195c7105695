/** The layout: read whole, replaced whole. */
import * as z from 'zod'
import { layoutAcceptedSchema, layoutSavedSchema, layoutSchema, storedLayoutSchema } from '../layout.ts'
import { route } from '../route.ts'

/** About 200,000 bays. */
const layoutBytesMax = 32 * 1_048_576
const commentCharsMax = 500

export const layoutRoutes = {
  layout: route({
    method: 'GET',
    path: '/api/v1/layout',
    access: 'read',
    tag: 'Layout',
    summary: 'The newest layout',
    problems: [404, 503],
    answers: [{ status: 200, description: 'The layout and its version', schema: ['StoredLayout', storedLayoutSchema] }],
  }),
  publishLayout: route({
    method: 'PUT',
    path: '/api/v1/layout',
    access: 'admin',
    tag: 'Layout',
    summary: 'Write a new version of the layout',
    description:
      'Bay ids are unique over all sites, a bay lies within its level, and a device watches one bay. The layout is a record of the journal: it is in effect for every reading that is accepted after the answer, and for none before. Where processing has not committed it within 5 s the answer is 202: the layout is safe and takes effect at its place, or is refused there when `base` is outdated by then.',
    query: z.strictObject({
      comment: z.string().max(commentCharsMax).optional().describe('why: kept with the version'),
      base: z.coerce
        .number<number | string>()
        .int()
        .min(0)
        .optional()
        .describe(
          'version that this layout was made from, 0 when there was none: refused with 409 when another is the newest by then. Without it the layout replaces whatever is there',
        ),
    }),
    body: layoutSchema,
    bodyName: 'Layout',
    bodyBytesMax: layoutBytesMax,
    problems: [409, 503],
    answers: [
      { status: 200, description: 'Published and live', schema: ['LayoutSaved', layoutSavedSchema] },
      {
        status: 202,
        description: 'Published and safe in the journal, not live yet',
        schema: ['LayoutAccepted', layoutAcceptedSchema],
      },
    ],
  }),
}
