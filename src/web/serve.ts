/** The pages on a port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Express } from 'express'
import { AppError } from '../base/errors.ts'
import { hostName, isEveryAddress } from '../base/hosts.ts'

export type Served = { url: string; close(): Promise<void> }

/**
 * Serves the application on a host and port (0 = a free one) and resolves when it answers. Refuses
 * (`unavailable`) when the port cannot be had. `url`: where this machine itself opens the pages. `close` ends open connections too, pages being
 * short, and tells the application by its event `close`.
 */
export async function serve(app: Express, { host, port }: { host: string; port: number }): Promise<Served> {
  const server = createServer(app)
  // Who asks is known by the headers; bodies have a time of their own (bodies.ts), pieces of files Node's five minutes.
  server.headersTimeout = 20_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code ?? error.message
      reject(
        new AppError(
          'unavailable',
          {
            vi: `Không mở được cổng ${host}:${String(port)} (${why}). Hãy đặt LOA_PORT khác.`,
            en: `The port ${host}:${String(port)} cannot be had (${why}). Set another LOA_PORT.`,
          },
          { cause: error },
        ),
      )
    })
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    url: urlOn(host, address.port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
        app.emit('close')
      }),
  }
}

/** Where this machine itself opens pages that are served on this host. */
export function urlOn(host: string, port: number): string {
  const name = host === '127.0.0.1' || isEveryAddress(host) ? 'localhost' : (hostName(host) ?? host)
  return `http://${name}:${String(port)}`
}
