/** The address with which an app for codes is told its secret. Pure. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** `otpauth://…` for the app, and the secret alone in groups of four for whoever types it. */
export function codesAddress(person: string, secret: string): { address: string; secret: string } {
  const text = base32(Buffer.from(secret, 'utf8'))
  const issuer = 'Loa Lang'
  const query = new URLSearchParams({ secret: text, issuer, digits: '6', period: '30' })
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(person)}`
  // Some apps show a plus sign where a space was meant.
  const address = `otpauth://totp/${label}?${query.toString().replaceAll('+', '%20')}`
  return { address, secret: text.replaceAll(/.{4}(?=.)/g, '$& ') }
}

function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet.charAt((value >>> bits) & 31)
    }
    value &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + alphabet.charAt((value << (5 - bits)) & 31)
}
