/** Random edits: generic sentences in random places, kept when the mean over all examples rises. */
import { neutralSentences, vagueSentences } from '../reflector.ts'
import { pick } from '../world.ts'
import { type Contestant, meanScore } from './contestant.ts'

export const random: Contestant = {
  anytime: true,
  async run(session) {
    let signature = session.start
    let best = meanScore(await session.evaluate(signature, session.world.shown))
    session.report(signature, best)
    for (;;) {
      const at = session.random.int(signature.outputs.length)
      const text = pick(session.random, sentences).replace('$', signature.outputs[at]?.name ?? '')
      const proposal = {
        ...signature,
        outputs: signature.outputs.map((field, index) =>
          index === at ? { ...field, constraints: [...field.constraints, text] } : field,
        ),
      }
      const score = meanScore(await session.evaluate(proposal, session.world.shown))
      if (score <= best) continue
      best = score
      signature = proposal
      session.report(signature, best)
    }
  },
}

const sentences = [
  ...neutralSentences,
  ...vagueSentences,
  'Keep it short.',
  'Use lower case.',
  'Write the $ in one word.',
  'Give no explanation.',
  'Use the singular.',
  'Write dates as YYYY-MM-DD.',
  'Answer "none" if nothing fits.',
] as const
