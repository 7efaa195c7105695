/** Fastify as this server uses it: limits, which bodies are read, and answers to what never reaches a route. */
import { isUtf8 } from 'node:buffer'
import { type FastifyInstance, fastify } from 'fastify'
import { originForm } from '../lib/http-target.ts'
import type { Log } from '../lib/log.ts'
import { ProblemError, problemBody, problemOf, problemType, sendProblem } from './problem.ts'
import { securityHeaders } from './security.ts'

const bodyBytesMax = 1_048_576
/** An id of 128 characters, each of which may be written as 12 in a path. */
const paramCharsMax = 1_536

export function createHttpApp(log: Log): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: bodyBytesMax,
    requestTimeout: 30_000,
    // Streams end at closing; other connections are not worth waiting for.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: paramCharsMax },
    rewriteUrl: ({ url = '/' }) => originForm(url),
    frameworkErrors: (error, request, reply) => {
      // The router refuses a path before any hook runs.
      reply.headers(securityHeaders)
      sendProblem(reply, problemOf(error, log, request.url))
    },
    clientErrorHandler(_error, socket) {
      if (socket.writable && !socket.destroyed) socket.end(brokenRequest)
    },
  })
  app.removeContentTypeParser('application/json')
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.config.takesBytes) return done(null, body)
    // A name in another encoding would become another name.
    if (!isUtf8(body as Buffer)) return done(new ProblemError(400, 'the body is not UTF-8 text: send it as UTF-8'))
    parseJson(request, body.toString(), done)
  })
  // Fastify's own text parser would let any form through as a string.
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 8_192 },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))),
  )
  return app
}

/** What is no HTTP at all gets an answer too, and then the line is cut. */
const brokenRequest = (() => {
  const body = JSON.stringify(problemBody(new ProblemError(400, 'this is no HTTP request this server can read')))
  return `HTTP/1.1 400 Bad Request\r\ncontent-type: ${problemType}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`
})()
