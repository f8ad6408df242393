/** Vectors of section 3: envelopes that hold, and every way in which one does not. */
import { sign } from 'node:crypto'
import { sha256 } from '../../../src/base/hash.ts'
import { signedBytes } from '../../../src/wire/envelope.ts'
import { vectorKey } from './keys.ts'

const document =
  '{"v":1,"state":"ready","birth":3,"at":1795388400000,"a field of tomorrow":"xin chào","nested":{"b":1,"a":2}}'

/** Each case: the bytes as text, the type for which they are read, and whether the signature holds. */
export function envelopeVectors() {
  const key = vectorKey('device')
  const other = vectorKey('somebody else')
  const seal = (text: string, type: 'reported' | 'receipts', signer = key, kid = key.kid): string => {
    const signature = sign(null, signedBytes(type, Buffer.from(text)), signer.privateKey).toString(
      'base64url',
    )
    return `LOA1 ${kid} ${signature}\n${text}`
  }
  const good = seal(document, 'reported')
  const [head = '', body = ''] = good.split('\n')
  const [, , signature = ''] = head.split(' ')
  const cases = [
    { what: 'an envelope that holds', envelope: good, holds: true },
    { what: 'line feeds within the document', envelope: seal(`\n${document}\n`, 'reported'), holds: true },
    { what: 'an empty document', envelope: seal('', 'reported'), holds: true },
    { what: 'signed as another type', envelope: seal(document, 'receipts'), holds: false },
    {
      what: 'signed by another key under this kid',
      envelope: seal(document, 'reported', other),
      holds: false,
    },
    { what: 'a kid that nobody has', envelope: seal(document, 'reported', other, other.kid), holds: false },
    { what: 'one byte of the document changed', envelope: good.replace('ready', 'reAdy'), holds: false },
    { what: 'a line feed more at the end', envelope: `${good}\n`, holds: false },
    { what: 'no line feed after the head', envelope: head, holds: false },
    { what: 'a carriage return before the line feed', envelope: `${head}\r\n${body}`, holds: false },
    { what: 'two spaces in the head', envelope: good.replace(' ', '  '), holds: false },
    { what: 'another version of the head', envelope: good.replace('LOA1', 'LOA2'), holds: false },
    { what: 'padding after the signature', envelope: good.replace(signature, `${signature}=`), holds: false },
    {
      what: 'a second spelling of the signature',
      envelope: good.replace(signature, respelled(signature)),
      holds: false,
    },
    { what: 'nothing', envelope: '', holds: false },
  ]
  return {
    about:
      'Section 3. `holds`: whether the envelope, read as type `reported` with the one key given, is signed by it over exactly the bytes after the first line feed.',
    key: { seed: key.seed, publicKey: key.publicKey, kid: key.kid },
    cases: cases.map((one) => ({ ...one, sha256: sha256(one.envelope) })),
  }
}

/** The last digit of 86 carries two bits that say nothing: the same bytes, written otherwise. */
function respelled(signature: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = digits.indexOf(signature.at(-1) ?? '')
  return signature.slice(0, -1) + (digits[last ^ 1] ?? '')
}
