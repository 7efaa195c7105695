/** Forecasts and trainings: the same SQL in every dialect, every query along its table's key. */
import { sql } from 'kysely'
import { instant } from '../../lib/brand.ts'
import { whole } from '../column.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { ForecastStore, TrainingChange } from '../forecasts.ts'
import { forecastIssued, forecastQuality, forecastShown, training } from '../tables/forecast.ts'

/** A hundred nights of fine-tuning. */
const trainingsKept = 100
/** Deleted in one statement: bodies are long, and a batch of readings waits for it. */
const forgottenAtOnce = 200

export function forecastQueries({ db, all, run }: SqlRunner): ForecastStore {
  return {
    async saveForecast(issued, document) {
      await run(db.replaceInto('forecast_issued').values(forecastIssued.sqlRow(issued)).compile())
      if (document === undefined) return
      await run(
        db
          .replaceInto('forecast_shown')
          .values(forecastShown.sqlRow({ ...issued, document }))
          .compile(),
      )
    },

    async shownForecast(site) {
      const query = db.selectFrom('forecast_shown').select(['issued', 'document']).where('site', '=', site)
      const [row] = await all(query.compile())
      return row && { at: instant(row.issued), document: row.document }
    },

    async issuedForecasts({ site, from, to, everyMs, limit }) {
      let query = db
        .selectFrom('forecast_issued')
        .select(forecastIssued.columnNames)
        .where('site', '=', site)
        .where('origin', '>=', from)
        .where('origin', '<', to)
        .orderBy('origin')
        .limit(sql.lit(limit))
      if (everyMs !== undefined)
        query = query.where(sql<boolean>`${sql.ref('origin')} % ${whole.write(everyMs, 'everyMs')} = 0`)
      return (await all(query.compile())).map(forecastIssued.row)
    },

    async saveForecastQuality(site, { at, document }) {
      const row = forecastQuality.sqlRow({ site, scored: at, document })
      await run(db.replaceInto('forecast_quality').values(row).compile())
    },

    async forecastQuality(site) {
      const query = db.selectFrom('forecast_quality').select(['scored', 'document']).where('site', '=', site)
      const [row] = await all(query.compile())
      return row && { at: instant(row.scored), document: row.document }
    },

    async forgetForecasts(before) {
      const old = db
        .selectFrom('forecast_issued')
        .select(['site', 'origin'])
        .where('origin', '<', before)
        .limit(sql.lit(forgottenAtOnce))
      let gone = 0
      for (;;) {
        const rows = await all(old.compile())
        for (const [site, own] of Map.groupBy(rows, (row) => row.site)) {
          const origins = own.map(({ origin }) => origin)
          await run(db.deleteFrom('forecast_issued').where('site', '=', site).where('origin', 'in', origins).compile())
        }
        gone += rows.length
        if (rows.length < forgottenAtOnce) return gone
      }
    },

    async newestArrival() {
      const query = db.selectFrom('device').select(({ fn }) => fn.max('last_arrived').as('newest'))
      const newest = (await all(query.compile()))[0]?.newest
      return newest === null || newest === undefined ? undefined : instant(Number(newest))
    },

    async addTraining(asked) {
      // The database gives the id.
      const { id: _, ...row } = training.sqlRow({ ...asked, id: 0 })
      const { insertId } = await run(
        db
          .insertInto('training')
          .values(row as never)
          .compile(),
      )
      await run(
        db
          .deleteFrom('training')
          .where('id', '<=', insertId - trainingsKept)
          .compile(),
      )
      return insertId
    },

    async newestTraining() {
      const query = db.selectFrom('training').select(training.columnNames).orderBy('id', 'desc').limit(sql.lit(1))
      const [row] = await all(query.compile())
      return row && training.row(row)
    },

    async changeTraining(id, from, change: TrainingChange) {
      const query = db.updateTable('training').set(change).where('id', '=', id).where('state', 'in', from)
      return (await run(query.compile())).affected > 0
    },
  }
}
