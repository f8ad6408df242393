/**
 * The sign-in library, set up: the only file that knows better-auth. It keeps accounts, sessions and codes in our own
 * tables, beside everything else.
 *
 * Nothing of it is served: what it can do over HTTP it does only when gate.ts asks, through `ask`. What gate.ts never
 * asks is switched off besides, among it whatever would let one person act as another, or give a role or a password
 * past our own deeds. No mail is ever sent, no figures about use are sent anywhere, and no session is believed from a
 * cookie alone.
 */
import type { BetterAuthOptions } from 'better-auth'
import type { Log } from '../../base/log.ts'
import type { Database } from '../../db/index.ts'
import { personIdPattern } from '../store.ts'
import { hashPassword, isPassword, passwordCharactersMax, passwordCharactersMin } from './password.ts'

/** What of the library is used at all. */
export type Asked =
  | '/sign-in/username'
  | '/sign-out'
  | '/two-factor/enable'
  | '/two-factor/verify-totp'
  | '/two-factor/verify-backup-code'

export type LibraryParts = {
  database: Database
  /** Signs cookies and encrypts the secrets of codes; 32 characters or more. */
  secret: string
  /** Where people find the pages, when they are behind HTTPS: cookies go over nothing else then. */
  publicUrl?: string | undefined
  log: Log
}

export type Answered = { status: number; body: unknown; cookies: string[] }

export type Library = {
  /** Asks the library as a browser would, from an address; its answer with the cookies to hand on. Throws when it fails. */
  ask(
    path: Asked,
    body: object,
    from: { cookies: string; address: string; browser: string },
  ): Promise<Answered>
  /** Whose session the cookies carry. */
  session(cookies: string): Promise<{ id: string; person: string; begunAt: Date; codes: boolean } | undefined>
  /** The backup codes a person still has. */
  backupCodes(person: string): Promise<string[]>
  /** What the library encrypted. */
  decrypt(text: string): Promise<string>
  /** A text as the library encrypts what it keeps. */
  encrypt(text: string): Promise<string>
}

const sessionSeconds = 7 * 86_400
const addressHeader = 'x-loa-address'

/** The library's settings; a test holds its own idea of the tables against schema.sql. */
export async function librarySettings({ database, secret, publicUrl, log }: LibraryParts) {
  const { admin, twoFactor, username } = await import('better-auth/plugins')
  return {
    appName: 'Loa Làng',
    secret,
    baseURL: publicUrl ?? 'http://localhost',
    basePath: '/library',
    database: { db: database, type: 'sqlite' },
    telemetry: { enabled: false },
    logger: {
      // What it warns of (a wrong password, a name nobody has) is our log's business, in our own words.
      level: 'error',
      log: (_level, message) => {
        log.error({ part: 'sign-in' }, message)
      },
    },
    disabledPaths,
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordCharactersMin,
      maxPasswordLength: passwordCharactersMax * 4,
      password: { hash: hashPassword, verify: ({ hash, password }) => isPassword(password, hash) },
    },
    session: {
      modelName: 'account_session',
      fields: {
        ...{ expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
        ...{ ipAddress: 'address', userAgent: 'browser', userId: 'person_id' },
      },
      expiresIn: sessionSeconds,
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
    },
    user: {
      modelName: 'account',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    account: {
      modelName: 'account_password',
      fields: {
        ...{ accountId: 'account_id', providerId: 'provider_id', userId: 'person_id' },
        ...{ accessToken: 'access_token', refreshToken: 'refresh_token', idToken: 'id_token' },
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        ...{ createdAt: 'created_at', updatedAt: 'updated_at' },
      },
    },
    verification: {
      modelName: 'account_step',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    rateLimit: {
      enabled: true,
      storage: 'database',
      modelName: 'account_rate',
      fields: { lastRequest: 'last_request' },
      // An office sits behind one address; names are locked by our own count.
      customRules: {
        '/sign-in/username': { window: 60, max: 30 },
        '/two-factor/*': { window: 60, max: 60 },
        '/sign-out': { window: 60, max: 60 },
      },
    },
    advanced: {
      cookiePrefix: 'loa',
      useSecureCookies: publicUrl?.startsWith('https:') ?? false,
      ipAddress: { ipAddressHeaders: [addressHeader] },
      defaultCookieAttributes: { sameSite: 'lax', httpOnly: true, path: '/' },
    },
    plugins: [
      username({
        minUsernameLength: 1,
        maxUsernameLength: 64,
        usernameValidator: (name) => personIdPattern.test(name),
        displayUsername: false,
      }),
      // For one thing only: whoever is barred gets no session.
      admin({
        schema: {
          user: { fields: { banReason: 'ban_reason', banExpires: 'ban_expires' } },
          session: { fields: { impersonatedBy: 'impersonated_by' } },
        },
      }),
      twoFactor({
        issuer: 'Loa Làng',
        schema: {
          user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
          twoFactor: {
            modelName: 'account_totp',
            fields: {
              ...{ backupCodes: 'backup_codes', userId: 'person_id' },
              ...{ failedVerificationCount: 'failed_count', lockedUntil: 'locked_until' },
            },
          },
        },
      }),
    ],
  } satisfies BetterAuthOptions
}

/** Everything else that the library would answer to. */
const disabledPaths = [
  ...['/sign-up/email', '/sign-in/email', '/sign-in/social', '/is-username-available', '/update-user'],
  ...['/change-password', '/set-password', '/change-email', '/delete-user', '/reset-password'],
  ...['/request-password-reset', '/two-factor/disable', '/two-factor/send-otp', '/two-factor/verify-otp'],
  ...['/two-factor/get-totp-uri', '/two-factor/generate-backup-codes', '/admin/set-role'],
  ...['/admin/create-user', '/admin/update-user', '/admin/impersonate-user', '/admin/stop-impersonating'],
  ...['/admin/set-user-password', '/admin/ban-user', '/admin/unban-user', '/admin/remove-user'],
  ...['/admin/list-users', '/admin/list-user-sessions', '/admin/revoke-user-session'],
  ...['/admin/revoke-user-sessions', '/admin/has-permission', '/admin/get-user'],
]

async function setUp(parts: LibraryParts) {
  const { betterAuth } = await import('better-auth')
  const settings = await librarySettings(parts)
  return { auth: betterAuth(settings), settings }
}

/**
 * The library on the database. It is loaded when it is first asked: commands that only want to know who is who should
 * not wait for it.
 */
export function openLibrary(parts: LibraryParts): Library {
  let loading: ReturnType<typeof setUp> | undefined
  const loaded = (): ReturnType<typeof setUp> => (loading ??= setUp(parts))
  return {
    async ask(path, body, { cookies, address, browser }) {
      const { auth, settings } = await loaded()
      const headers = new Headers({
        'content-type': 'application/json',
        origin: settings.baseURL,
        'user-agent': browser.slice(0, 200),
        [addressHeader]: address,
      })
      if (cookies !== '') headers.set('cookie', cookies)
      const url = new URL(`${settings.basePath}${path}`, settings.baseURL)
      const response = await auth.handler(
        new Request(url, { method: 'POST', headers, body: JSON.stringify(body) }),
      )
      const text = await response.text()
      // A fault of ours is never told to anybody as a wrong password.
      if (response.status >= 500) throw new Error(`signing in failed at ${path}: ${text.slice(0, 200)}`)
      return {
        status: response.status,
        body: text === '' ? null : (JSON.parse(text) as unknown),
        cookies: response.headers.getSetCookie(),
      }
    },
    async session(cookies) {
      const { auth } = await loaded()
      const found = await auth.api.getSession({ headers: new Headers({ cookie: cookies }) })
      if (found === null) return undefined
      const { session, user } = found
      const codes = (user as { twoFactorEnabled?: boolean | null }).twoFactorEnabled === true
      return { id: session.id, person: user.id, begunAt: session.createdAt, codes }
    },
    async backupCodes(person) {
      const { auth } = await loaded()
      return (await auth.api.viewBackupCodes({ body: { userId: person } })).backupCodes
    },
    async decrypt(text) {
      const { auth } = await loaded()
      const { symmetricDecrypt } = await import('better-auth/crypto')
      return symmetricDecrypt({ key: (await auth.$context).secretConfig, data: text })
    },
    async encrypt(text) {
      const { auth } = await loaded()
      const { symmetricEncrypt } = await import('better-auth/crypto')
      return symmetricEncrypt({ key: (await auth.$context).secretConfig, data: text })
    },
  }
}
