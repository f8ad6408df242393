/**
 * Who may open what, written down a second time: by hand, and apart from the table that express is mounted from. Each
 * letter is somebody who gets through; a route that is not here fails the test.
 *
 * A quản trị (admin) · E biên tập (editor) · P phê duyệt (approver) · O cán bộ xã (operator) · K kiểm tra (auditor) ·
 * D the open desk of this machine · R anyone, while nobody has an account. `everyone` needs no session.
 */
export const matrix: Readonly<Record<string, string>> = {
  'get /': 'AEPOKDR',
  'get /month.csv': 'AEPKDR',
  'get /units': 'AEPOKDR',
  'get /units.csv': 'AEPOKDR',
  'get /units/:code': 'AEPOKDR',
  'get /airings': 'AEPOKDR',
  'get /airings.csv': 'AEPOKDR',
  'get /airings/:id.mp3': 'AEPOKDR',
  'get /recordings': 'AEPKDR',
  'get /recordings.csv': 'AEPKDR',
  'get /recordings/greetings': 'AEPKDR',
  'get /recordings/greetings.csv': 'AEPKDR',
  'get /recordings/variants': 'AEPKDR',
  'get /recordings/variants.csv': 'AEPKDR',
  'get /audio/:file': 'AEPOKDR',
  'get /rendering/events': 'AEPKDR',
  'post /rendering/stop': 'AEPD',
  'post /rendering/go-on': 'AEPD',
  'get /uploads': 'AEPKDR',
  'get /uploads.csv': 'AEPKDR',
  'get /uploads/new': 'AEPKDR',
  'post /uploads': 'AEPD',
  'get /uploads/:id': 'AEPKDR',
  'get /uploads/:id/original': 'AEPKDR',
  'post /incoming': 'AEPD',
  'head /incoming/:id': 'AEPD',
  'patch /incoming/:id': 'AEPD',
  'delete /incoming/:id': 'AEPD',
  'get /stations': 'AEPOKDR',
  'get /stations.csv': 'AEPOKDR',
  'get /stations/:id': 'AEPOKDR',
  'get /devices': 'AEPKDR',
  'get /devices.csv': 'AEPKDR',
  'get /about': 'AEPOKDR',
  'get /sign-in': 'everyone',
  'post /sign-in': 'everyone',
  'get /sign-in/code': 'everyone',
  'post /sign-in/code': 'everyone',
  'post /sign-out': 'everyone',
  'get /welcome/:secret': 'everyone',
  'post /welcome/:secret': 'everyone',
  'get /me': 'AEPOK',
  'post /me/password': 'AEPOK',
  'post /me/sessions/:id/end': 'AEPOK',
  'get /me/codes': 'AEPOK',
  'post /me/codes/begin': 'AEPOK',
  'post /me/codes/prove': 'AEPOK',
  'get /me/backup-codes': 'AEPOK',
  'post /me/backup-codes': 'AEPOK',
  'get /people': 'APK',
  'get /people.csv': 'APK',
  'get /people/new': 'A',
  'post /people': 'A',
  'get /people/:id': 'APK',
  'post /people/:id/role': 'A',
  'post /people/:id/units': 'A',
  'post /people/:id/suspend': 'A',
  'post /people/:id/restore': 'A',
  'post /people/:id/invite': 'A',
  'post /people/:id/reset-password': 'A',
  'post /people/:id/reset-codes': 'A',
  'post /people/:id/end-sessions': 'A',
  'post /people/:id/enrol-key': 'AP',
  'get /log': 'AK',
  'get /log.csv': 'AK',
  'get /healthz': 'everyone',
}

/** What those may open who must set up codes and have not. */
export const beforeCodes: readonly string[] = [
  'get /me/codes',
  'post /me/codes/begin',
  'post /me/codes/prove',
]

/** What an operator opens that is about no unit: themselves, the programme, and sounds by the hash that is their name. */
export const aboutNoUnit: readonly string[] = [
  'get /',
  'get /audio/:file',
  'get /about',
  ...['get /me', 'post /me/password', 'post /me/sessions/:id/end'],
  ...['get /me/codes', 'post /me/codes/begin', 'post /me/codes/prove'],
  ...['get /me/backup-codes', 'post /me/backup-codes'],
]

/**
 * Something of the operator's own unit (xã Hùng Sơn) and the same of another, for each route with a scope: an address
 * for what there is one of, a piece of text for a list.
 */
export const ownAndOther: Readonly<Record<string, readonly [own: string, other: string]>> = {
  'get /units': ['/units/20443?from', '/units/20455?from'],
  'get /units.csv': ['20443,2025-07-01', '20455,2025-07-01'],
  'get /units/:code': ['/units/20443?from=2025-07-01', '/units/20455?from=2025-07-01'],
  'get /airings': ['/stations/tt-20440', '/stations/tt-20365'],
  'get /airings.csv': ['tt-20440', 'tt-20365'],
  'get /airings/:id.mp3': ['tt-20440', 'tt-20365'],
  'get /stations': ['/stations/tt-20440', '/stations/tt-20365'],
  'get /stations.csv': ['tt-20440', 'tt-20365'],
  'get /stations/:id': ['/stations/tt-20440', '/stations/tt-20365'],
}
