/** Care of devices: calibration and batteries. */
import * as z from 'zod'
import { batteryForecastSchema, calibrationSchema } from '../device-care.ts'
import { pageOf } from '../page.ts'
import { flagField, idParams, nameField, route } from '../route.ts'

const limitMm = z.coerce.number<number | string>().int().min(1).max(100_000).optional()

export const deviceCareRoutes = {
  deviceCalibration: route({
    method: 'GET',
    path: '/api/v1/devices/{id}/calibration',
    access: 'read',
    tag: 'Devices',
    summary: 'Limits of a distance sensor, suggested from its own history',
    description:
      'Two groups of distances with a gap between them give the limits; else `why` names what is missing. `occupied_below_mm` and `free_above_mm` in the query are tried on the same history. Limits are put into effect with PATCH on the device, which makes a new version of the layout; earlier readings are not changed.',
    params: idParams,
    query: z.strictObject({ source: nameField, occupied_below_mm: limitMm, free_above_mm: limitMm }),
    problems: [404, 503],
    answers: [{ status: 200, description: 'What its history shows', schema: ['Calibration', calibrationSchema] }],
  }),
  batteryForecasts: route({
    method: 'GET',
    path: '/api/v1/battery-forecasts',
    access: 'read',
    tag: 'Devices',
    summary: 'Batteries to be replaced, the soonest first',
    description:
      'Of the 500 devices with the lowest level, or of one device. From their daily levels of 180 days; volts count where the model has a battery curve. Those without a forecast come last.',
    query: z.strictObject({
      device: nameField,
      soon: flagField.optional().describe('true: only those that are low now or may be within 60 days'),
    }),
    problems: [503],
    answers: [
      { status: 200, description: 'All of them', schema: ['BatteryForecastPage', pageOf(batteryForecastSchema)] },
    ],
  }),
}
