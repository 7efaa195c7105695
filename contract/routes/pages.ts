/** The pages for people. */
import * as z from 'zod'
import { route } from '../route.ts'

const page = (description: string, status = 200) => ({ status, type: 'text/html', description })

const movedTo = (address: string) => ({ status: 303, description: `On to ${address}` })

export const pageRoutes = {
  desk: route({
    method: 'GET',
    path: '/desk',
    below: true,
    access: 'open',
    tag: 'Pages',
    summary: 'The operator desk',
    description: 'Without a session: how to sign in (401).',
    answers: [page('The desk'), page('How to sign in', 401)],
  }),
  welcome: route({
    ...{ method: 'GET', path: '/welcome', access: 'open', tag: 'Pages', summary: 'The first steps' },
    answers: [movedTo('/desk/welcome')],
  }),
  signInAddress: route({
    ...{ method: 'GET', path: '/sign-in', access: 'open', tag: 'Pages', summary: 'The page to sign in' },
    answers: [movedTo('/signin')],
  }),
  inviteAddress: route({
    ...{ method: 'GET', path: '/invite/{token}', access: 'open', tag: 'Pages', summary: 'The link of an invitation' },
    params: z.strictObject({ token: z.string().min(1).max(128) }),
    // A browser that only looks ahead is sent on too: the page behind it refuses that.
    answers: [movedTo('/password')],
  }),
}
