/** World of classification: support tickets into closed sets. */
import type { Random } from '../../../server/src/base/random.ts'
import { type ArenaExample, chance, drawCase, pick, type Wanted, type WorldShape } from '../world.ts'

export const tickets: WorldShape = {
  name: 'tickets',
  signature: `name: SortTicket
instructions: Sort the support ticket.
inputs:
  message: { type: str, desc: What the customer wrote }
  plan: { type: str, desc: The plan of the customer }
outputs:
  queue: { type: str, desc: The queue }
  severity: { type: 'Literal["low", "medium", "high", "critical"]', desc: How bad it is }
  action: { type: str, desc: What to do }
metrics:
  queue_match: { kind: exact_match, field: queue }
  severity_match: { kind: exact_match, field: severity }
  action_match: { kind: exact_match, field: action }
threshold: 0.95
`,
  rules: [
    {
      id: 'queues',
      field: 'queue',
      say: [
        'One of: billing, access, hardware, shipping, other.',
        'Only billing, access, hardware, shipping or other is allowed.',
        'Choose from billing / access / hardware / shipping / other, in lower case.',
        'The queue is a single lower-case word such as shipping.',
        'Use exactly one label: access, billing, hardware, other, shipping.',
      ],
      heard: [
        [/billing/i, /access/i, /hardware/i],
        [/shipping/i, /access/i, /billing|hardware/i],
        [/lower.?case/i, /\bwords?\b|label|name/i],
      ],
    },
    {
      id: 'charge',
      field: 'queue',
      say: [
        'Anything about a charge goes to billing, even if a delivery is mentioned.',
        'Wrong fees on a parcel belong to billing.',
        'Complaints over money are billing, whatever else is told.',
        'If the customer disputes a fee for a delivery, choose billing.',
        'A delivery that was charged wrongly is a billing matter.',
      ],
      heard: [[/billing/i, /charg|invoice|pric|\bfees?\b|money|paid|payment/i]],
    },
    {
      id: 'login',
      field: 'queue',
      say: [
        'Password trouble is access, not hardware.',
        'If a device cannot be used because of the password, choose access.',
        'Problems of signing in belong to access.',
        'A locked account is access even where a device is named.',
        'Route login failures to access.',
      ],
      heard: [[/access/i, /password|log.?in|sign.?in|signing in|locked|credential/i]],
    },
    {
      id: 'advert',
      field: 'queue',
      say: [
        'Advertisements go to other.',
        'Unsolicited offers are sorted as other.',
        'Spam and sales pitches: other.',
        'Choose other for marketing mail.',
        'A message that advertises something belongs to other.',
      ],
      heard: [[/\bother\b/i, /advert|newsletter|spam|marketing|promotion|unsolicited|sales|offers/i]],
    },
    {
      id: 'safety',
      field: 'severity',
      say: [
        'Smoke, sparks or burns are critical.',
        'Choose critical when somebody could be hurt, as by smoke.',
        'Any danger such as smoke or an electric shock makes it critical.',
        'Safety hazards are always critical.',
        'A smoking or burning device counts as critical.',
      ],
      heard: [[/critical/i, /smok|shock|burn|\bfire\b|injur|hurt|danger|safety|hazard|spark/i]],
    },
    {
      id: 'platinum',
      field: 'severity',
      say: [
        'Customers of the platinum plan are high.',
        'A platinum plan raises the severity to high.',
        'If the plan is platinum, choose high.',
        'Platinum tickets are at least high.',
        'Treat every platinum customer as high.',
      ],
      heard: [[/platinum/i, /high|rais|above|urgent/i]],
    },
    {
      id: 'question',
      field: 'severity',
      say: [
        'A mere question is low.',
        'Choose low if the customer only asks something.',
        'Requests for information count as low.',
        'Inquiries without a defect are low.',
        'When nothing is broken and something is only asked, severity is low.',
      ],
      heard: [[/\blow\b/i, /question|\bask|inquir|enquir|information|curious|wonder/i]],
    },
    {
      id: 'deadline',
      field: 'severity',
      say: [
        'A deadline today or tomorrow makes it high.',
        'Choose high when the customer names a day by which it must work.',
        'Anything due tomorrow is high.',
        'Urgent dates (today, tomorrow) raise it to high.',
        'If a deadline is near, severity is high.',
      ],
      heard: [[/\bhigh\b/i, /deadline|today|tomorrow|\bdue\b|\bday\b|time limit|\bdates?\b/i]],
    },
    {
      id: 'verbs',
      field: 'action',
      say: [
        'One of: refund, replace, escalate, explain.',
        'Answer with a single verb: refund, replace, escalate or explain.',
        'Only explain, escalate, replace and refund are allowed.',
        'Give one word, such as explain.',
        'A bare verb in lower case, no phrase.',
      ],
      heard: [[/refund/i, /replace/i, /escalat|explain/i], [/(one|single|bare|lone)[- ](lower-case )?(word|verb)/i]],
    },
    {
      id: 'again',
      field: 'action',
      say: [
        'Escalate when the customer has written before.',
        'A third message about the same thing is escalated.',
        'Choose escalate for repeated complaints.',
        'If earlier messages stayed without an answer, escalate.',
        'Customers who wrote twice already: escalate.',
      ],
      heard: [[/escalat/i, /third|again|repeat|twice|contacted|before|earlier|already|previous/i]],
    },
    {
      id: 'damaged',
      field: 'action',
      say: [
        'Replace what arrived damaged.',
        'Choose replace if the goods are cracked or dented.',
        'Damaged goods are replaced, not refunded.',
        'For a broken delivery the action is replace.',
        'Defective goods: replace.',
      ],
      heard: [[/replac/i, /damag|broken|defect|dent|crack/i]],
    },
    {
      id: 'twice',
      field: 'action',
      say: [
        'Refund what was charged twice.',
        'A double charge calls for a refund.',
        'Choose refund for duplicate charges.',
        'If the customer paid two times, refund.',
        'Duplicate payments: refund.',
      ],
      heard: [[/refund/i, /charged twice|paid twice|double|duplicate|two times|twice/i]],
    },
  ],
  harms: [
    {
      id: 'department',
      field: 'queue',
      say: ['Name the full department, in title case.', 'Use the official name of the team.'],
      heard: [[/full department|title case|official name/i]],
      against: ['queues', 'login'],
    },
    {
      id: 'calm',
      field: 'severity',
      say: ['When in doubt, choose medium.', 'Most tickets are medium; avoid extremes.'],
      heard: [[/medium/i, /doubt|most|avoid/i]],
      against: ['safety', 'question', 'deadline', 'platinum'],
    },
    {
      id: 'story',
      field: 'action',
      say: ['Describe the next steps for the agent.', 'Tell the agent in a sentence what to do.'],
      heard: [[/describe|in a sentence/i, /step|agent/i]],
      against: ['verbs', 'again', 'damaged'],
    },
  ],
  example,
}

const devices = ['router', 'printer', 'scanner', 'tablet', 'camera', 'speaker'] as const
const offices = {
  billing: 'Billing & Payments',
  access: 'Account Access Team',
  hardware: 'Hardware Support',
  shipping: 'Shipping & Delivery',
  other: 'General Inbox',
} as const

function example(random: Random, key: string): ArenaExample {
  const device = pick(random, devices)
  const topic = drawCase(random, {
    fault: 0.14,
    late: 0.12,
    fee: 0.16,
    password: 0.16,
    advert: 0.12,
    damaged: 0.16,
    twice: 0.14,
  })
  const story = {
    fault: `My ${device} keeps restarting.`,
    late: `The parcel with my ${device} has not come.`,
    fee: `The parcel with my ${device} came, but the courier's fee was wrong.`,
    password: `My ${device} refuses me since I changed the password.`,
    advert: `We sell the best ${device} covers in town, order now.`,
    damaged: `The parcel with my ${device} came, its glass is cracked.`,
    twice: `I was charged two times for one ${device}.`,
  }[topic]
  const queue = {
    fault: 'hardware',
    late: 'shipping',
    fee: 'billing',
    password: 'access',
    advert: 'other',
    damaged: 'shipping',
    twice: 'billing',
  } as const
  const grade = drawCase(random, { plain: 0.24, safety: 0.18, platinum: 0.2, question: 0.2, deadline: 0.18 })
  const more = {
    plain: 'Please have a look.',
    safety: 'There was smoke coming out of it.',
    platinum: 'Please have a look.',
    question: 'Nothing is wrong now, I only wonder how this works.',
    deadline: 'I need it for an event tomorrow.',
  }[grade]
  const again = topic !== 'damaged' && topic !== 'twice' && chance(random, 0.35)
  return {
    key,
    inputs: {
      message: `${key}. ${story} ${more}${again ? ' This is my third message.' : ''}`,
      plan: grade === 'platinum' ? 'platinum' : pick(random, ['basic', 'plus']),
    },
    outputs: {
      queue: queueOf(topic, offices[queue[topic]], queue[topic]),
      severity: severityOf(grade),
      action: actionOf(topic, again),
    },
  }
}

function queueOf(topic: string, office: string, gold: string): Wanted {
  const semantic: Readonly<Record<string, { readonly rule: string; readonly wrong: string }>> = {
    fee: { rule: 'charge', wrong: 'shipping' },
    password: { rule: 'login', wrong: 'hardware' },
    advert: { rule: 'advert', wrong: 'hardware' },
  }
  const need = semantic[topic] ?? { rule: 'queues', wrong: office }
  return { gold, needs: [need], slip: gold === 'access' ? 'shipping' : 'access' }
}

function severityOf(grade: string): Wanted {
  switch (grade) {
    case 'safety':
      return { gold: 'critical', needs: [{ rule: 'safety', wrong: 'high' }], slip: 'low' }
    case 'platinum':
      return { gold: 'high', needs: [{ rule: 'platinum', wrong: 'medium' }], slip: 'critical' }
    case 'question':
      return { gold: 'low', needs: [{ rule: 'question', wrong: 'medium' }], slip: 'high' }
    case 'deadline':
      return { gold: 'high', needs: [{ rule: 'deadline', wrong: 'medium' }], slip: 'low' }
    default:
      return { gold: 'medium', needs: [], slip: 'low' }
  }
}

function actionOf(topic: string, again: boolean): Wanted {
  if (topic === 'damaged') return { gold: 'replace', needs: [{ rule: 'damaged', wrong: 'refund' }], slip: 'escalate' }
  if (topic === 'twice') return { gold: 'refund', needs: [{ rule: 'twice', wrong: 'explain' }], slip: 'replace' }
  if (again) return { gold: 'escalate', needs: [{ rule: 'again', wrong: 'explain' }], slip: 'replace' }
  return { gold: 'explain', needs: [{ rule: 'verbs', wrong: 'Send the customer a note' }], slip: 'refund' }
}
