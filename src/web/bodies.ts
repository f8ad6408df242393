/**
 * Reading what a request brings. Whoever sends slowly holds what they were when they began, so a body has its time, and
 * after it the guard looks once more (guard.ts). Pieces of files (incoming.ts) have as long as they need: they are asked
 * about again when the recording is taken.
 */
import express, { type Request, type RequestHandler, type Response } from 'express'
import { HttpRefusal } from './errors.ts'
import type { FormBound, Route } from './route.ts'
import { sentence } from './words/index.ts'

/** What people type or choose is there in a moment; a script's text over a poor network within this. */
const bodyMs = 30_000
/** A form has a few short texts. */
const usualForm: FormBound = { bytes: 64 * 1024, fields: 20 }

/** What reads the form of a route; nothing for a route without. */
export function formOf({ form }: Pick<Route, 'form'>): RequestHandler[] {
  if (form === undefined || form === false) return []
  const { bytes, fields } = form === true ? usualForm : form
  const read = express.urlencoded({ extended: false, limit: bytes, parameterLimit: fields })
  return [
    async (request, response, next) => {
      await inTime(response, passed(read, request, response))
      next()
    },
  ]
}

/** A body as it is being read. Refuses (HTTP 408) one that is not whole after `most` milliseconds, and ends the connection. */
export async function inTime<T>(response: Response, reading: Promise<T>, most = bodyMs): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    response.set('Connection', 'close')
    reject(new HttpRefusal(408, sentence('error.too-slow')))
  }, most)
  try {
    return await Promise.race([reading, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Lets a middleware of express have its turn; what it throws or refuses, at once or later, is thrown. */
export function passed(handler: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (error?: unknown): void => {
      if (error === undefined) resolve()
      else reject(error instanceof Error ? error : new Error('refused', { cause: error }))
    }
    Promise.resolve(handler(request, response, next)).catch(reject)
  })
}
