/** The layout: read whole, replaced whole, checked, and changed bay by bay. Every change is a new version. */
import * as z from 'zod'
import { layoutSchema } from '../layout.ts'
import {
  assignManySchema,
  assignmentSchema,
  assignSchema,
  bayPatchSchema,
  layoutChangesSchema,
} from '../layout-changes.ts'
import { layoutImportedSchema, layoutImportSchema } from '../layout-import.ts'
import { pageOf } from '../page.ts'
import { cursorField, flagField, idParams, limitField, nameField, route } from '../route.ts'
import { layoutFindingsSchema, layoutPublished, layoutVersionSchema, storedLayoutSchema } from '../stored-layout.ts'

/** About 200,000 bays. */
const layoutBytesMax = 32 * 1_048_576
const changesBytesMax = 4 * 1_048_576
const commentCharsMax = 500
const pageItemsMax = 1_000
const pageItemsUsual = 100

const commentField = z.string().max(commentCharsMax).optional().describe('why: kept with the version')
const versionField = z.coerce.number<number | string>().int().min(1)

const oneByOne =
  'Makes a new version of the newest one; where another change comes in between, it is made again from that one, so that of several at once none is lost. '

export const layoutRoutes = {
  layout: route({
    method: 'GET',
    path: '/api/v1/layout',
    access: 'read',
    tag: 'Layout',
    summary: 'The newest layout, or an earlier version',
    query: z.strictObject({ version: versionField.optional().describe('absent: the newest') }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'The layout and its version', schema: ['StoredLayout', storedLayoutSchema] }],
  }),
  layoutVersions: route({
    method: 'GET',
    path: '/api/v1/layout/versions',
    access: 'read',
    tag: 'Layout',
    summary: 'Versions of the layout',
    description: 'The newest first: who published it, when and why.',
    query: z.strictObject({ cursor: cursorField, limit: limitField(pageItemsMax, pageItemsUsual) }),
    problems: [503],
    answers: [
      { status: 200, description: 'A page of versions', schema: ['LayoutVersionPage', pageOf(layoutVersionSchema)] },
    ],
  }),
  checkLayout: route({
    method: 'POST',
    path: '/api/v1/layout/check',
    journals: false,
    access: 'draft',
    tag: 'Layout',
    summary: 'What is wrong with a layout',
    description: 'Writes nothing. With a fault a layout is refused; a warning may be meant.',
    body: layoutSchema,
    bodyName: 'Layout',
    bodyIs: 'bytes',
    bodyBytesMax: layoutBytesMax,
    problems: [503],
    answers: [{ status: 200, description: 'What was found', schema: ['LayoutFindings', layoutFindingsSchema] }],
  }),
  importLayout: route({
    method: 'POST',
    path: '/api/v1/layout/import',
    journals: false,
    access: 'draft',
    tag: 'Layout',
    summary: 'Bring bays of a file, or a grid of bays, into a draft',
    description:
      'Writes nothing: answers the draft with the bays in it, and what was found in the file. GeoJSON, CSV and OpenStreetMap are read as `baykeeper layout import` reads them.',
    body: layoutImportSchema,
    bodyName: 'LayoutImport',
    bodyIs: 'bytes',
    bodyBytesMax: layoutBytesMax,
    problems: [503],
    answers: [
      { status: 200, description: 'The draft with the bays', schema: ['LayoutImported', layoutImportedSchema] },
    ],
  }),
  publishLayout: route({
    method: 'PUT',
    path: '/api/v1/layout',
    access: 'layout',
    tag: 'Layout',
    summary: 'Write a new version of the layout',
    description:
      'Bay ids are unique over all sites, a bay lies within its level and on no other bay, and a device watches one bay: what is wrong is answered with its place and what to do, and then nothing is changed. The layout is a record of the journal: it is in effect for every reading that is accepted after the answer, and for none before. Where processing has not committed it within 5 s the answer is 202: the layout is safe and takes effect at its place, or is refused there when `base` is outdated by then.',
    query: z.strictObject({
      comment: commentField,
      base: z.coerce
        .number<number | string>()
        .int()
        .min(0)
        .optional()
        .describe(
          'version that this layout was made from, 0 when there was none: refused with 409 when another is the newest by then. Without it the layout replaces what is there',
        ),
    }),
    body: layoutSchema,
    bodyName: 'Layout',
    bodyIs: 'bytes',
    bodyBytesMax: layoutBytesMax,
    problems: [409, 412, 503],
    answers: layoutPublished,
  }),
  changeLayout: route({
    method: 'POST',
    path: '/api/v1/layout/changes',
    access: 'layout',
    tag: 'Layout',
    summary: 'Change bays and assignments in one version',
    description: `${oneByOne}All of the changes are made, in their order, or none.`,
    body: layoutChangesSchema,
    bodyName: 'LayoutChanges',
    bodyBytesMax: changesBytesMax,
    problems: [404, 409, 503],
    answers: layoutPublished,
  }),
  changeBay: route({
    method: 'PATCH',
    path: '/api/v1/bays/{id}',
    access: 'layout',
    sites: 'bay',
    tag: 'Layout',
    summary: 'Change one bay',
    description: `${oneByOne}Fields that are left out stay as they are; null takes one away.`,
    params: idParams,
    query: z.strictObject({ comment: commentField }),
    body: bayPatchSchema,
    bodyName: 'BayPatch',
    problems: [404, 409, 503],
    answers: layoutPublished,
  }),
  assignments: route({
    method: 'GET',
    path: '/api/v1/assignments',
    access: 'read',
    sites: 'query',
    tag: 'Layout',
    summary: 'Which device belonged where, and when',
    description:
      'The newest first. A period begins and ends with the version of the layout that changed it; the history of a bay stays with the bay. A device that names a bay itself has no period.',
    query: z.strictObject({
      device: nameField,
      bay: nameField,
      site: nameField.describe('with `gate`'),
      gate: nameField.describe('with `site`'),
      open: flagField.optional().describe('true: only those that go on'),
      cursor: cursorField,
      limit: limitField(pageItemsMax, pageItemsUsual),
    }),
    problems: [503],
    answers: [{ status: 200, description: 'A page of periods', schema: ['AssignmentPage', pageOf(assignmentSchema)] }],
  }),
  assign: route({
    method: 'POST',
    path: '/api/v1/assignments',
    access: 'operate',
    tag: 'Layout',
    summary: 'Assign a device to a bay or gate from now on, or swap two',
    description: `${oneByOne}Its assignment before ends. \`replaces\` takes another device away from there; \`swap\` exchanges two devices.`,
    body: assignSchema,
    bodyName: 'Assign',
    problems: [404, 409, 503],
    answers: layoutPublished,
  }),
  assignMany: route({
    method: 'POST',
    path: '/api/v1/assignments/many',
    access: 'operate',
    tag: 'Layout',
    summary: 'Assign many devices from now on, in one version',
    description: `${oneByOne}All of the assignments are made, in their order, or none.`,
    body: assignManySchema,
    bodyName: 'AssignMany',
    bodyBytesMax: changesBytesMax,
    problems: [404, 409, 503],
    answers: layoutPublished,
  }),
  unassign: route({
    method: 'DELETE',
    path: '/api/v1/assignments/{device}',
    access: 'operate',
    tag: 'Layout',
    summary: 'End the assignment of a device',
    params: z.strictObject({ device: z.string().min(1).max(128) }),
    query: z.strictObject({ comment: commentField }),
    problems: [404, 409, 503],
    answers: layoutPublished,
  }),
}
