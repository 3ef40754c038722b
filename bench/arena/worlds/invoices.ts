/** World of extraction: amounts, dates and account numbers out of business letters. */
import type { Random } from '../../../server/src/base/random.ts'
import { type ArenaExample, drawCase, pick, type Wanted, type WorldShape } from '../world.ts'

export const invoices: WorldShape = {
  name: 'invoices',
  signature: `name: ReadInvoice
instructions: Extract the facts of the letter.
inputs:
  letter: { type: str, desc: The letter }
outputs:
  amount: { type: float, desc: The amount }
  due_date: { type: str, desc: The date }
  account: { type: str, desc: The account }
metrics:
  amount_match: { kind: numeric, field: amount, tolerance: 0.01 }
  date_match: { kind: exact_match, field: due_date }
  account_match: { kind: exact_match, field: account }
threshold: 0.95
`,
  rules: [
    {
      id: 'net',
      field: 'amount',
      say: [
        'Give the amount without VAT.',
        'The net amount counts, before tax.',
        'Exclude VAT from the amount.',
        'Take the sum before VAT is added.',
        'If both net and gross are given, use net.',
      ],
      heard: [
        [/\bnet\b/i],
        [/\bvat\b|\btax(es)?\b/i, /exclu|without|before|not includ|leave|subtract|minus|less|omit|pre-?tax/i],
      ],
    },
    {
      id: 'credit',
      field: 'amount',
      say: [
        'Credit notes are negative.',
        'The amount of a credit note gets a minus sign.',
        'Write credits as numbers below zero.',
        'If the letter is a credit note, return a negative amount.',
        'A credit is given with a negative sign.',
      ],
      heard: [[/credit/i, /negative|minus|below zero|less than zero/i]],
    },
    {
      id: 'thousands',
      field: 'amount',
      say: [
        'An amount in k is multiplied by 1000.',
        'Write thousands out: 3.2k is 3200.',
        'Expand the suffix k to full thousands.',
        'The letter k means thousand, so give the full number.',
        'Convert amounts such as 3.2k into the full figure.',
      ],
      heard: [[/\d?k\b|thousand/i, /multipl|full|times|expand|writ|convert|stands for|means|\d000/i]],
    },
    {
      id: 'iso',
      field: 'due_date',
      say: [
        'Write dates as YYYY-MM-DD.',
        'Use ISO 8601 for the date.',
        'The date has the form 2026-03-04.',
        'Dates are in ISO format (year-month-day).',
        'Format: YYYY-MM-DD, with leading zeros.',
      ],
      heard: [[/yyyy-mm-dd|\biso\b|iso.?8601|year-month-day|\d{4}-\d{2}-\d{2}/i]],
    },
    {
      id: 'monthEnd',
      field: 'due_date',
      say: [
        'If only a month is given, take its last day.',
        'A month without a day means the end of that month.',
        'Payable in a month: use the last day of the month.',
        'Where the day is missing, the final day of the month counts.',
        'Month alone stands for month-end.',
      ],
      heard: [[/last day|end of (the|that|its|a) month|month.?end|final day/i]],
    },
    {
      id: 'noDate',
      field: 'due_date',
      say: [
        'Write "none" when no date is given.',
        'If the letter names no due date, answer none.',
        'Letters without a date get "none".',
        'Use "none" where the due date is missing.',
        'Without any date, return the word none.',
      ],
      heard: [[/["'“`‘]none["'”`’]/i], [/\bnone\b/i, /\bif\b|when|where|without|lack|absent|missing|nothing|\bno\b/i]],
    },
    {
      id: 'terms',
      field: 'due_date',
      say: [
        'Add the payment days to the date of the letter.',
        'With terms such as 30 days, count from the date of the letter.',
        'The due date is the letter date plus the terms.',
        'If payment is within some days, compute the date that many days after the letter.',
        'Terms in days are added to the date of the letter.',
      ],
      heard: [[/terms|days|payment period/i, /\badd|after|plus|count|later|comput|calculat/i]],
    },
    {
      id: 'solid',
      field: 'account',
      say: [
        'Write the account without spaces.',
        'Remove blanks from the account number.',
        'No spaces between the digits.',
        'Digits only, unbroken.',
        'Strip white space from the number.',
      ],
      heard: [
        [/space|blank|gap/i, /\bno\b|without|remov|strip|drop|not\b|omit|delete|free/i],
        [/digits only|only digits|unbroken|contiguous|run together/i],
      ],
    },
    {
      id: 'newest',
      field: 'account',
      say: [
        'If the account changed, give the new one.',
        'Take the new account, not the old one.',
        'Where two accounts are named, the latest counts, not the former.',
        'A changed account: use the current number instead of the previous one.',
        'Ignore the old account when it was replaced by a new one.',
      ],
      heard: [
        [
          /\bnew\b|newest|latest|updated|current|most recent/i,
          /\bold\b|previous|former|chang|replac|moved|two|both|several/i,
        ],
      ],
    },
    {
      id: 'country',
      field: 'account',
      say: [
        'Foreign accounts begin with the country code.',
        'Put the two-letter country code in front, as in SE4410.',
        'Prefix the number with the country code if a country is named.',
        'Start with the code of the country of the bank.',
        'Country code first, then the digits.',
      ],
      heard: [[/countr|two.?letter/i, /code|prefix|letters|begin|start|front/i]],
    },
  ],
  harms: [
    {
      id: 'total',
      field: 'amount',
      say: ['Always give the final total to pay.', 'Use the largest figure in the letter.'],
      heard: [[/final total|grand total|largest/i]],
      against: ['net', 'credit'],
    },
    {
      id: 'spelled',
      field: 'due_date',
      say: ['Copy the date exactly as the letter writes it.', 'Keep the wording of the letter for dates.'],
      heard: [[/exactly as|keep the wording|verbatim/i]],
      against: ['iso', 'monthEnd', 'terms'],
    },
    {
      id: 'grouped',
      field: 'account',
      say: ['Group the digits in fours for readability.', 'Copy the account as it is printed.'],
      heard: [[/group|as it is printed/i]],
      against: ['solid', 'country'],
    },
  ],
  example,
}

const monthNames = [
  'January', 'February', 'March', 'April', 'May', 'June',
  'July', 'August', 'September', 'October', 'November', 'December',
] as const // biome-ignore format: twelve short words

function example(random: Random, key: string): ArenaExample {
  const date = { year: 2024 + random.int(3), month: random.int(12), day: 1 + random.int(27) }
  const sent = { year: date.year, month: (date.month + 5) % 12, day: 1 + random.int(27) }
  const days = pick(random, [10, 14, 21, 30])
  const net = 100 + random.int(900) + 0.5
  const amount = drawCase(random, { plain: 0.22, net: 0.33, credit: 0.23, thousands: 0.22 })
  const due = drawCase(random, { date: 0.4, terms: 0.22, month: 0.18, none: 0.2 })
  const bank = drawCase(random, { plain: 0.35, changed: 0.33, foreign: 0.32 })
  const digits = () => `${1000 + random.int(9000)} ${1000 + random.int(9000)}`
  const [account, old] = [digits(), digits()]
  const country = pick(random, [
    ['Sweden', 'SE'],
    ['Norway', 'NO'],
    ['Poland', 'PL'],
  ])
  const gross = Number((net * 1.25).toFixed(3))
  const short = (20 + random.int(70)) / 10
  const sum = {
    plain: `We ask for ${net} euros.`,
    net: `The work costs ${net} euros, with VAT ${gross} euros.`,
    credit: `This is a credit note over ${net} euros.`,
    thousands: `We ask for ${short}k euros.`,
  }[amount]
  const when = {
    date: `Please pay by ${spelled(date)}.`,
    terms: `Payment within ${days} days.`,
    month: `Please pay in ${monthNames[date.month]} ${date.year}.`,
    none: 'Pay when it suits you.',
  }[due]
  const where = {
    plain: `Our account is ${account}.`,
    changed: `Our account ${old} was closed, it is now ${account}.`,
    foreign: `Our account in ${country[0]} is ${account}.`,
  }[bank]
  return {
    key,
    inputs: { letter: `${key}, sent on ${spelled(sent)}. ${sum} ${when} ${where}` },
    outputs: {
      amount: amountOf(amount, { net, gross, short }),
      due_date: dueOf(due, date, sent, days),
      account: accountOf(bank, account, old, country[1] ?? ''),
    },
  }
}

interface Day {
  readonly year: number
  /** From 0. */
  readonly month: number
  readonly day: number
}

function spelled({ year, month, day }: Day): string {
  return `${day} ${monthNames[month]} ${year}`
}

function iso({ year, month, day }: Day): string {
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10)
}

function amountOf(kind: string, { net, gross, short }: Record<'net' | 'gross' | 'short', number>): Wanted {
  const slip = 7
  if (kind === 'net') return { gold: net, needs: [{ rule: 'net', wrong: gross }], slip }
  if (kind === 'credit') return { gold: -net, needs: [{ rule: 'credit', wrong: net }], slip }
  if (kind === 'thousands')
    return { gold: Math.round(short * 1000), needs: [{ rule: 'thousands', wrong: short }], slip }
  return { gold: net, needs: [], slip }
}

function dueOf(kind: string, date: Day, sent: Day, days: number): Wanted {
  const slip = '2000-01-01'
  if (kind === 'none') return { gold: 'none', needs: [{ rule: 'noDate', wrong: 'not given' }], slip }
  if (kind === 'terms') {
    const due = iso({ ...sent, day: sent.day + days })
    return { gold: due, needs: [{ rule: 'terms', wrong: `within ${days} days` }], slip }
  }
  if (kind === 'month') {
    const end = iso({ year: date.year, month: date.month + 1, day: 0 })
    return { gold: end, needs: [{ rule: 'monthEnd', wrong: iso({ ...date, day: 1 }) }], slip }
  }
  return { gold: iso(date), needs: [{ rule: 'iso', wrong: spelled(date) }], slip }
}

function accountOf(kind: string, account: string, old: string, code: string): Wanted {
  const slip = '00000000'
  const solid = account.replace(' ', '')
  if (kind === 'changed') return { gold: solid, needs: [{ rule: 'newest', wrong: old.replace(' ', '') }], slip }
  if (kind === 'foreign') return { gold: `${code}${solid}`, needs: [{ rule: 'country', wrong: solid }], slip }
  return { gold: solid, needs: [{ rule: 'solid', wrong: account }], slip }
}
