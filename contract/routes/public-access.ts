/** Settings of the public pages and feeds. */
import { publicAccessPatchSchema, publicAccessSchema } from '../public-access.ts'
import { route } from '../route.ts'

const answers = [{ status: 200, description: 'The settings', schema: ['PublicAccess', publicAccessSchema] }] as const

export const publicAccessRoutes = {
  publicAccess: route({
    ...{ method: 'GET', path: '/api/v1/public-access', access: 'admin', tag: 'Public page' },
    summary: 'What anybody may see of each site',
    answers,
  }),
  changePublicAccess: route({
    ...{ method: 'PATCH', path: '/api/v1/public-access', access: 'admin', tag: 'Public page' },
    summary: 'Change what anybody may see',
    description: 'It counts at once for every public page, feed, badge, frame and stream. What is left out stays.',
    journals: false,
    body: publicAccessPatchSchema,
    bodyName: 'PublicAccessChange',
    answers,
  }),
}
