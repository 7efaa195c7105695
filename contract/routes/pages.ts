/** The pages, and how a browser signs in: by the one-time setup link, or with an API key in the form. */
import * as z from 'zod'
import { route } from '../route.ts'

const page = (description: string, status = 200) => ({ status, type: 'text/html', description })

export const pageRoutes = {
  publicPage: route({
    method: 'GET',
    path: '/',
    access: 'open',
    tag: 'Pages',
    summary: 'The public page',
    answers: [page('Free bays by lot and level')],
  }),
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
  setup: route({
    method: 'GET',
    path: '/setup',
    access: 'open',
    tag: 'Pages',
    summary: 'The setup link: signs in once and opens the desk',
    query: z.object({ key: z.string().max(128).default('') }),
    head: false,
    problems: [429, 503],
    answers: [{ status: 303, description: 'Signed in: on to /desk' }, page('The link was used or has expired', 403)],
  }),
  signIn: route({
    method: 'POST',
    path: '/signin',
    access: 'open',
    tag: 'Pages',
    summary: 'Sign in with an API key',
    description: 'A form post from the sign-in page.',
    body: z.object({ key: z.string().max(512) }),
    bodyName: 'SignIn',
    problems: [403, 429],
    answers: [{ status: 303, description: 'Signed in: on to /desk' }, page('The key is not known', 401)],
  }),
}
