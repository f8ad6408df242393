/** Texts of every kind, for rules that must hold whatever is written. */
import fc from 'fast-check'

const figures = fc.stringMatching(/^[0-9]{1,9}([.,/:-][0-9]{1,4}){0,3}$/)
const capitals = fc.stringMatching(/^[A-ZĐƯ]{1,6}(-[A-ZĐ]{1,4})?$/)
const words = fc.constantFrom(
  ...['ngày', 'tháng', 'số', 'gọi', 'người', 'từ', 'đến', 'khóa', 'điểm', 'Ở', 'km', 'đồng', 'Y tế', 'và'],
  ...['Zalo', 'UBND', 'TT', 'xã', 'THÔNG BÁO', "Tr'Hy", 'lúc', 'quý', 'mã', 'bà con', 'Trà Leng'],
)
const signs = fc.constantFrom(
  ...['%', '&', '/', '-', '–', '+', '=', '°C', '$', '#', '@', '(', ')', '“', '…', '\n', '\n\n', '²', "'"],
  ...['\t', '\r\n', '!', '?', ';', ':', '"', '•', '*', '½', '٣', '①'],
)
const strange = fc.constantFrom(
  ...["H'Leo", 'iPhone', 'wifi', 'www.x.vn', 'a@b.vn', '123abc', 'Nguyễn', 'q', 'v.v.', 'ĐT604', '+84', '7g'],
  ...['<speak>', '<break time="9s"/>', '&#x27;', '$(rm -rf /)', '`x`', '; ls |', '{{unit}}', '%s', '\\n'],
  ...['\ud800', '\udc00', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}', '\u2764\uFE0F', '\u{1F44D}\u{1F3FD}'],
  ...[
    '\u202Eabc\u202C',
    '\u200F',
    '\u200B',
    '\uFEFF',
    '\u00AD',
    '\u0301',
    '\u0301\u0323\u031B',
    '\u0000',
    '\u001B[31m',
  ],
  ...[
    'toi'.normalize('NFD'),
    'tới'.normalize('NFD'),
    'עברית',
    'ภาษา',
    '中文',
    'Ｆ',
    'ﬁ',
    'İ',
    'ǅ',
    '\u2028',
    '\u00A0',
  ],
)

/** Pieces of prose and of what people paste by mistake, with and without spaces between. */
export const anyText = fc
  .array(
    fc.tuple(
      fc.oneof(
        figures,
        capitals,
        words,
        words,
        signs,
        strange,
        fc.string({ unit: 'grapheme', maxLength: 6 }),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      fc.constantFrom(' ', ' ', ' ', '', ', ', '. ', '\n'),
    ),
    { maxLength: 24 },
  )
  .map((pairs) => pairs.flat().join(''))
