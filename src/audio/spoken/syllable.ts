/**
 * What a Vietnamese syllable looks like. A word that is none is foreign to the voice, which would read
 * it by English rules, so it must be in the lexicon.
 */

const onsets = [
  ...['ngh', 'ng', 'nh', 'ch', 'gh', 'gi', 'kh', 'ph', 'qu', 'th', 'tr'],
  ...['b', 'c', 'd', 'đ', 'g', 'h', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'x', ''],
] as const

// Toneless rimes, the rare ones of place names (ing, êê is not one) included.
const rimes = new Set(
  `a ac ach ai am an ang anh ao ap at au ay
  ă ăc ăk ăm ăn ăng ăp ăt â âc âm ân âng âp ât âu ây
  e ec em en eng eo ep et ê êch êm ên ênh êp êt êu êng êc
  i ia ich im in ing inh ip it iu iêc iêm iên iêng iêp iêt iêu
  o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oem oen oeo oet oi om on ong ooc oong op ot
  oăc oăm oăn oăng oăt ô ôc ôi ôm ôn ông ôông ôp ôt ơ ơi ơm ơn ơp ơt
  u ua uc ui um un ung up ut uy uya uych uyn uynh uyp uyt uyu uyên uyêt
  uân uâng uât uây uê uêch uênh uêu uơ uôc uôi uôm uôn uông uôt uôp
  ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
  y ych ym yn ynh yp yt ya yu yêm yên yêng yêt yêu`.split(/\s+/),
)

const tones = /[\u0300\u0301\u0303\u0309\u0323]/gu

/** Whether the word (any case, NFC) can be read as one Vietnamese syllable: "nghiêng", "Quế", "hoà" and "hòa". */
export function isSyllable(word: string): boolean {
  const spread = word.toLowerCase().normalize('NFD')
  const marks = spread.match(tones) ?? []
  if (marks.length > 1) return false
  const toneless = spread.replaceAll(tones, '').normalize('NFC')
  return onsets.some((onset) => {
    if (!toneless.startsWith(onset)) return false
    const rime = toneless.slice(onset.length)
    // "gi" and "qu" lend their vowel: gì, giếng (gi + ếng), quốc.
    return (
      rimes.has(rime) ||
      (onset === 'gi' && (rime === '' || rimes.has(`i${rime}`))) ||
      (onset === 'qu' && rimes.has(`u${rime}`))
    )
  })
}

/** Whether the word carries a mark that no abbreviation has: a tone, or a vowel like ă, ê, ơ (Đ alone does not count). */
export function hasVietnameseVowel(word: string): boolean {
  return /[\u0300-\u0323]/u.test(word.normalize('NFD').replaceAll(/[Đđ]/gu, ''))
}

const letters: Record<string, string> = {
  a: 'a',
  b: 'bê',
  c: 'xê',
  d: 'dê',
  đ: 'đê',
  e: 'e',
  g: 'giê',
  h: 'hát',
  i: 'i',
  k: 'ca',
  l: 'e lờ',
  m: 'e mờ',
  n: 'e nờ',
  o: 'o',
  p: 'pê',
  q: 'quy',
  r: 'e rờ',
  s: 'ét sì',
  t: 'tê',
  u: 'u',
  v: 'vê',
  x: 'ích xì',
  y: 'i dài',
}

/** The name of a letter used as a label ("điểm b", "quốc lộ 14E"); undefined for f, j, w, z and marked vowels. */
export function letterName(letter: string): string | undefined {
  return letters[letter.toLowerCase()]
}
